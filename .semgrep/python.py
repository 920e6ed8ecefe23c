# Examples of what python.yml forbids and of what it must let be: read by `semgrep --test` alone, never run.

# ruleid: html-made-of-strings
Markup(f"<b>{name}</b>")
# ruleid: html-made-of-strings
Markup("<b>%s</b>" % name)
# ruleid: html-made-of-strings
Markup("<b>{}</b>".format(name))
# ruleid: html-made-of-strings
Markup("<b>" + name)
# ruleid: html-made-of-strings
render_template_string(source)
# ok: html-made-of-strings
Markup("<b>{}</b>").format(name)

# ruleid: sql-made-of-values
db().execute(text(f"SELECT * FROM users WHERE name = '{name}'"))
# ruleid: sql-made-of-values
db().execute(text("SELECT * FROM users WHERE name = '%s'" % name))
# ruleid: sql-made-of-values
db().execute(text("SELECT * FROM users WHERE name = '{}'".format(name)))
# ruleid: sql-made-of-values
db().execute(text("SELECT * FROM users ORDER BY " + name))
# ruleid: sql-made-of-values
connection.execute(f"DROP TABLE {name}")
# ruleid: sql-made-of-values
cursor.execute("DROP TABLE %s" % name)
# ruleid: sql-made-of-values
cursor.execute("DROP TABLE {}".format(name))
# ruleid: sql-made-of-values
connection.exec_driver_sql(f"DROP TABLE {name}")
# ok: sql-made-of-values
db().execute(text("SELECT * FROM users WHERE name = :name"), {"name": name})
# ok: sql-made-of-values
cursor.execute("SELECT %s", (name,))
# ok: sql-made-of-values
server.execute(SQL("DROP TABLE {}").format(Identifier(name)))
# ok: sql-made-of-values
op.execute(f"DROP TABLE {table}")

# ruleid: a-call-that-may-hang
requests.get("https://example.in")
# ruleid: a-call-that-may-hang
urllib.request.urlopen("https://example.in")
# ruleid: a-call-that-may-hang
smtplib.SMTP("example.in", 25)
# ruleid: a-call-that-may-hang
socket.create_connection(("example.in", 25))
# ok: a-call-that-may-hang
requests.get("https://example.in", timeout=5)
# ok: a-call-that-may-hang
smtplib.SMTP("example.in", 25, timeout=5)

# ruleid: data-that-become-code
eval(typed)
# ruleid: data-that-become-code
exec(typed)
# ruleid: data-that-become-code
yaml.load(typed)
# ruleid: data-that-become-code
import pickle
# ruleid: data-that-become-code
pickle.loads(typed)
# ok: data-that-become-code
yaml.safe_load(typed)
# ok: data-that-become-code
db().execute(statement)

# ruleid: a-shell
subprocess.run(typed, shell=True)
# ruleid: a-shell
os.system(typed)
# ok: a-shell
subprocess.run([program, typed])

# ruleid: a-broken-hash
hashlib.md5(content)
# ruleid: a-broken-hash
hashlib.sha1(content)
# ruleid: a-broken-hash
hashlib.new("md5", content)
# ok: a-broken-hash
hashlib.sha256(content)

# ruleid: a-secret-from-a-dice
random.choice(letters)
# ruleid: a-secret-from-a-dice
random.randrange(10)
# ok: a-secret-from-a-dice
secrets.choice(letters)

# ruleid: a-token-read-without-proof
jwt.decode(token, key)
# ruleid: a-token-read-without-proof
jwt.decode(token, algorithms=["HS256"], options={"verify_signature": False})
# ok: a-token-read-without-proof
jwt.decode(token, key, algorithms=["HS256"])

# ruleid: certificates-not-checked
requests.get("https://example.in", timeout=5, verify=False)
# ruleid: certificates-not-checked
context.check_hostname = False

# ruleid: a-clock-of-its-own
began = dt.datetime.now(dt.UTC)
# ruleid: a-clock-of-its-own
began = datetime.utcnow()
# ruleid: a-clock-of-its-own
day = dt.date.today()
# ok: a-clock-of-its-own
began = clock.now()

# ruleid: the-web-below-the-web
import flask
# ruleid: the-web-below-the-web
from flask import request
