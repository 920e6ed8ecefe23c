"""What a browser is called, from headers as browsers send them."""

import pytest

from rms.domain.devices import Device, device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
WIN = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT}"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0"
DESK = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
HEADERS = {
    f"{WIN} Chrome/131.0.0.0 Safari/537.36": ("Chrome", "Windows"),
    f"{WIN} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0": ("Edge", "Windows"),
    f"{WIN} Chrome/130.0.0.0 Safari/537.36 OPR/115.0.0.0": ("Opera", "Windows"),
    DESK: ("Firefox", "Linux"),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15": ("Safari", "Mac"),
    f"{PHONE} Version/18.1 Mobile/15E148 Safari/604.1": ("Safari", "iPhone"),
    f"{PHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1": ("Chrome", "iPhone"),
    f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile "
    "Safari/537.36": ("Samsung Internet", "Android"),
    ANDROID: ("Firefox", "Android"),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/130.0.0.0": ("Chrome", "ChromeOS"),
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0.0.0 Safari/537.36": ("Chrome", "Linux"),
}


@pytest.mark.parametrize(("header", "told"), HEADERS.items(), ids=map(" on ".join, HEADERS.values()))
def test_a_browser_is_called_what_it_is(header, told):
    device = device_of(header)
    assert (device.browser, device.system) == told


def test_a_phone_is_told_from_a_desk():
    assert device_of(ANDROID).is_hand_held
    assert not device_of(DESK).is_hand_held


@pytest.mark.parametrize(
    ("header", "device"),
    [
        (None, Device()),
        ("", Device()),
        ("   ", Device()),
        ("Mozilla/5.0", Device()),
        ("Mozilla/5.0 (X11; Linux x86_64)", Device(system="Linux")),
        ("curl/8.5.0", Device(program="curl")),
        ("python-requests/2.32", Device(program="python-requests")),
        ("<script>alert(1)</script>", Device()),
        ("A" * 10_000, Device(program="A" * 41)),
    ],
    ids=str,
)
def test_nothing_is_guessed(header, device):
    assert device_of(header) == device
