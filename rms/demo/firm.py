"""The demo firm on paper: who it is, what it sells and to whom. Every name and number is invented."""

from dataclasses import dataclass

from rms.domain.contacts import INDIA

COMPANY = "Nilgiri Facility Services LLP"
EMAIL = "priya@nilgiri.example"
PASSWORD = "mist over the blue hills"  # nosec B105 # the demo's, printed at its start
PERSON = "Priya Nair"
STATE, PAN = "29", "AAKFN4821C"

ADDRESS = {
    "address_line1": "2nd floor, 41/2 Residency Cross Road",
    "city": "Bengaluru",
    "pin_code": "560025",
}
BANK = {
    "bank_name": "Example Bank, Richmond Town",
    "bank_account_number": "001922004471",
    "bank_ifsc": "EXMP0000192",
    "upi_id": "nilgirifs@examplebank",
}

# name, what it is, SAC, unit, rate in rupees, GST %
SERVICES = (
    ("Housekeeping crew, monthly", "Trained crew with supervisor", "998533", "person", "14500", "18"),
    ("Pest control, quarterly visit", "Odourless gel and spray", "998531", "visit", "4800", "18"),
    ("Deep cleaning, shop floor", "Scrubbing and degreasing", "998533", "sq ft", "6.50", "18"),
    ("Facade cleaning, rope access", "Two climbers, insured", "998537", "sq ft", "14", "18"),
    ("Facility supervisor, monthly", "On site, eight hours", "998599", "month", "32500", "18"),
    ("Window cleaning", "Inside and outside", "998532", "visit", "7200", "18"),
    ("Carpet shampooing", "Hot water extraction", "998539", "sq ft", "5.25", "18"),
    ("Water tank cleaning", "With test report", "998534", "tank", "3600", "18"),
    ("Security guard, 12 hours", "Uniformed, verified", "998525", "shift", "1150", "18"),
    ("Front office help, monthly", "Reception and visitors", "998519", "month", "28000", "18"),
    ("Garden upkeep, monthly", "Lawn, hedges and pots", "998597", "month", "18500", "18"),
    ("Waste collection, monthly", "Segregated, six days a week", "999424", "month", "9600", "18"),
    ("Air conditioner service", "Filter, coil and gas check", "998715", "unit", "1450", "18"),
    ("Electrician on call", "Per visit, first hour", "995469", "visit", "950", "18"),
    ("Event cleaning crew", "Before, during and after", "998533", "person", "1850", "18"),
    ("Sofa and carpet care", "Foam and dry vacuum", "998539", "set", "2400", "18"),
    ("Kitchen duct cleaning", "Hood, duct and fan", "998536", "visit", "8600", "18"),
    ("CCTV upkeep, half-yearly", "Cameras, recorder and cabling", "998523", "site", "9000", "18"),
    ("Generator service", "Oil, filters and load test", "998717", "visit", "6400", "18"),
    ("Lift upkeep, monthly", "Greasing and safety check", "998718", "lift", "5200", "18"),
    ("Plumber on call", "Per visit, first hour", "995469", "visit", "850", "18"),
    ("Painting, interior", "Putty, primer and two coats", "995473", "sq ft", "16", "18"),
    ("Linen and laundry", "Collected and brought back", "999713", "kg", "62", "18"),
    ("Bus and van cleaning", "Seats, floor and outside", "998538", "vehicle", "480", "18"),
    ("Facility audit, remote", "Rota and floor plans by video", "998599", "audit", "64000", "18"),
)
AUDIT = 24  # its place in SERVICES: sold abroad alone
ARN = "AD290426018845K"  # of the letter of undertaking


SCHOOLS, SOCIETIES, HOMES = "Schools and hospitals", "Housing societies", "Private homes"
# name of a type of customers, and days to pay
TYPES = ((SCHOOLS, 30), (SOCIETIES, 15), (HOMES, 0))
MANAGERS = (("Imran Qureshi", "imran@nilgiri.example"), ("Asha Kulkarni", "asha@nilgiri.example"))


@dataclass(frozen=True)
class Buyer:
    """One customer; registered ones have a `pan`, from which the GSTIN is made. `terms` in days, `is_in_zone`
    for a unit in a special economic zone, `deducts` who keeps back TDS, `limit` of credit in rupees."""

    name: str
    city: str
    pin_code: str
    state: str
    pan: str | None
    terms: int
    contact: str
    country: str = INDIA
    street: str | None = None
    is_in_zone: bool = False
    type: str = "Offices and industry"
    deducts: bool = False
    limit: str | None = None


BUYERS = (
    Buyer(
        "Sundaram Precision Tools Pvt Ltd",
        "Hosur",
        "635109",
        "33",
        "AAXCS7340M",
        30,
        "R. Meenakshi",
        deducts=True,
        limit="500000",
    ),
    Buyer("Lotus Valley School", "Bengaluru", "560034", "29", "AAATL2291K", 30, "Fr. D'Souza", type=SCHOOLS),
    Buyer(
        "Meridian Coworks LLP", "Bengaluru", "560001", "29", "ABCFM5518Q", 15, "Karan Shetty", deducts=True
    ),
    Buyer(
        "Brightway Logistics Pvt Ltd", "Chennai", "600032", "33", "AAHCB9920D", 30, "S. Prakash", deducts=True
    ),
    Buyer(
        "Harini Diagnostics", "Bengaluru", "560011", "29", "AARFH3306L", 15, "Dr. Harini Rao", type=SCHOOLS
    ),
    Buyer("Deccan Spice Kitchens", "Hyderabad", "500081", "36", "AAJFD8107B", 30, "Imtiaz Khan"),
    Buyer("श्री गणेश ट्रेडर्स", "Pune", "411002", "27", "ABTFS4419R", 30, "गणेश पाटील"),
    Buyer("Cauvery Textiles Ltd", "Coimbatore", "641018", "33", "AABCC6604G", 45, "V. Selvi", deducts=True),
    Buyer("Malabar Book House", "Kochi", "682011", "32", "AAQFM1125P", 30, "Anitha Joseph"),
    Buyer(
        "Sahyadri Software Pvt Ltd",
        "Bengaluru",
        "560103",
        "29",
        "AAVCS8852H",
        30,
        "Nikhil Kulkarni",
        deducts=True,
        limit="800000",
    ),
    Buyer("Trishul Motors", "Mysuru", "570001", "29", "AAGFT7713C", 30, "Manju Gowda"),
    Buyer("ગીર ડેરી ફાર્મ્સ", "Rajkot", "360001", "24", "AAIFG2034N", 30, "હેતલ પટેલ"),
    Buyer(
        "Palm Grove Apartments Association",
        "Bengaluru",
        "560066",
        "29",
        "AADAP5561J",
        15,
        "Lt Col Menon",
        type=SOCIETIES,
    ),
    Buyer("Kaveri Heights Residents", "Bengaluru", "560076", "29", None, 15, "Sudha Iyer", type=SOCIETIES),
    Buyer("Vindhya Instruments", "Mangaluru", "575003", "29", "AACFV9047T", 60, "P. Bhat"),
    Buyer("Anand Clinics", "Bengaluru", "560070", "29", "AAPFA3388M", 30, "Dr. Anand", type=SCHOOLS),
    Buyer("Silverline Events", "Bengaluru", "560008", "29", "ACMFS6276F", 7, "Rhea Thomas", limit="150000"),
    Buyer("Orchid Suites", "Ooty", "643001", "33", "AAEFO4452L", 30, "John Peter"),
    Buyer("தென்றல் காபி நிலையம்", "Salem", "636007", "33", "AAKFT5190D", 30, "முருகன்"),
    Buyer("Mrs. Lakshmi Raman", "Bengaluru", "560095", "29", None, 0, "Lakshmi Raman", type=HOMES),
    Buyer("Hosur Castings Pvt Ltd", "Hosur", "635126", "33", "AAHCH4471E", 45, "T. Arul", deducts=True),
    Buyer(
        "Nandi Hills Public School", "Bengaluru", "562101", "29", "AAATN8120M", 30, "Sr. Agnes", type=SCHOOLS
    ),
    Buyer(
        "Whitefield Grand Mall", "Bengaluru", "560048", "29", "AAFCW6618B", 30, "Joel Mathew", deducts=True
    ),
    Buyer("Konkan Cold Storage", "Panaji", "403001", "30", "AAKFK7702R", 30, "Savio Dias"),
    Buyer(
        "Charminar Pharma Pvt Ltd", "Hyderabad", "500032", "36", "AADCC5931G", 45, "Farah Ali", deducts=True
    ),
    Buyer(
        "Bellandur Lake View Owners", "Bengaluru", "560103", "29", None, 15, "A. Deshpande", type=SOCIETIES
    ),
    Buyer("Vaigai Eye Hospital", "Madurai", "625020", "33", "AAATV2266J", 30, "Dr. Kannan", type=SCHOOLS),
    Buyer("Mangala Silks", "Kanchipuram", "631502", "33", "AAGFM9034P", 30, "M. Kamala"),
    Buyer("Tumkur Agro Foods", "Tumakuru", "572102", "29", "AAMFT1187C", 30, "Basavaraj"),
    Buyer("સૂર્યા પેકેજિંગ", "Ahmedabad", "380015", "24", "AAPFS3352L", 30, "નિલેશ શાહ"),
    Buyer("Ulsoor Studios LLP", "Bengaluru", "560042", "29", "AADFU4409N", 15, "Tara Menezes"),
    Buyer("Krishnan & Rao, Advocates", "Bengaluru", "560052", "29", "AAIFK6673D", 15, "P. Krishnan"),
    Buyer("Western Ghats Coffee Exports", "Chikkamagaluru", "577101", "29", "AACCW8845Q", 30, "Leela Gowda"),
    Buyer("Jasmine Court Apartments", "Chennai", "600020", "33", None, 15, "R. Vasudevan", type=SOCIETIES),
    Buyer("Pune Gearworks Pvt Ltd", "Pune", "411019", "27", "AAECP2218H", 60, "Sameer Joshi", deducts=True),
    Buyer("Rainbow Play School", "Bengaluru", "560037", "29", None, 7, "Divya Nambiar", type=SCHOOLS),
    Buyer("Coimbatore Pumps & Motors", "Coimbatore", "641004", "33", "AABFC7754K", 30, "S. Natarajan"),
    Buyer("Mr. Faisal Sheikh", "Bengaluru", "560005", "29", None, 0, "Faisal Sheikh", type=HOMES),
)

ABROAD = Buyer(
    name="Straits Hospitality Pte Ltd",
    city="Singapore",
    pin_code="068896",
    state="96",
    pan=None,
    terms=30,
    contact="Adeline Tan",
    country="SG",
    street="18 Example Street, 12-04",
)
ZONE = Buyer(
    name="Coastal Microsystems Pvt Ltd",
    city="Bengaluru",
    pin_code="560066",
    state="29",
    pan="AAICC7265B",
    terms=30,
    contact="Devika Pai",
    street="Unit 4, Example Special Economic Zone",
    is_in_zone=True,
)
