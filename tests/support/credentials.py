"""Kinds of credentials and made-up ones of each kind, for tests.

No line here is a credential: what services would take for one is put together when a test asks for it, different for every
``seed``, so that a leak tells where it comes from.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import NamedTuple

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
ALPHANUMERIC = LETTERS + DIGITS
UPPER = LETTERS[:26] + DIGITS
LOWER = LETTERS[26:] + DIGITS
HEX = DIGITS + "abcdef"


class Kind(NamedTuple):
    """``text`` is a line that holds the credential at ``{}``; ``secret`` makes what must not be seen of it."""

    name: str
    text: str
    secret: Callable[[str], str]

    def line(self, seed: str) -> str:
        """The line with the credential of that seed."""
        return self.text.replace("{}", self.secret(seed))


def characters(alphabet: str, length: int, seed: str) -> str:
    """So many characters, the same for the same seed."""
    stream = hashlib.shake_256(seed.encode()).digest(length)
    return "".join(alphabet[byte % len(alphabet)] for byte in stream)


def password(seed: str) -> str:
    """What a person could have thought of: a word, digits, a sign."""
    return "Tr" + characters(ALPHANUMERIC, 9, seed) + "7x"


def token(prefix: str, alphabet: str, length: int, suffix: str = "") -> Callable[[str], str]:
    """A maker of tokens that begin like a known service's."""
    return lambda seed: prefix + characters(alphabet, length, seed) + suffix


def parts(*made: str | tuple[str, int]) -> Callable[[str], str]:
    """A maker of tokens of several parts: texts as they are, and so many characters of an alphabet."""
    return lambda seed: "".join(
        part if isinstance(part, str) else characters(*part, f"{seed}{number}") for number, part in enumerate(made)
    )


def jwt(seed: str) -> str:
    """Three parts, as a JSON Web Token has."""
    return (
        "ey"
        + "JhbGciOiJIUzI1NiJ9"
        + ".ey"
        + "J"
        + characters(ALPHANUMERIC, 24, seed)
        + "."
        + characters(ALPHANUMERIC, 43, seed + "s")
    )


def _key_body(seed: str) -> str:
    return "MII" + characters(ALPHANUMERIC, 45, seed)


def _pem(kind: str) -> str:
    return f"-----BEGIN {kind}PRIVATE " + "KEY-----\\n{}\\n" + f"-----END {kind}PRIVATE " + "KEY-----"


def _packed_pem(seed: str) -> str:
    text = "-----BEGIN RSA PRIVATE " + f"KEY-----\n{_key_body(seed)}\n-----END RSA PRIVATE " + "KEY-----\n"
    return base64.b64encode(text.encode()).decode()


def _basic(seed: str) -> str:
    return base64.b64encode(f"joe:{password(seed)}".encode()).decode()


def _shared(name: str, text: str) -> Kind:
    return Kind(name, text, password)


def _prefixed(name: str, *parts: object) -> Kind:
    return Kind(name, "use {} here", token(*parts))  # type: ignore[arg-type]


COMMANDS = (
    _shared("docker login -p", "docker login -u joe -p {} registry.example.org"),
    _shared("docker login --password", "docker login --username joe --password {}"),
    _shared("docker login stdin", "echo {} | docker login -u joe --password-stdin registry.example.org"),
    _shared("podman login -p", "podman login -u joe -p={} registry.example.org"),
    _shared("mysql -p", "mysql -h db -u root -p{} shop"),
    _shared("mysqldump --password", "mysqldump --password={} shop"),
    _shared("mysqladmin", "mysqladmin -u root password {}"),
    _shared("PGPASSWORD", "PGPASSWORD={} psql -h db shop"),
    _shared("psql uri", "psql postgresql://app:{}@db:5432/shop"),
    _shared("psql keywords", "psql 'host=db user=app password={} dbname=shop'"),
    _shared("sshpass -p", "sshpass -p {} ssh joe@host.example.org"),
    _shared("sshpass glued", "sshpass -p{} ssh joe@host.example.org"),
    _shared("keytool -storepass", "keytool -genkeypair -alias a -storepass {} -keystore k.jks"),
    _shared("keytool -keypass", "keytool -genkeypair -alias a -keypass {} -keystore k.jks"),
    _shared("jarsigner", "jarsigner -storepass {} app.jar alias"),
    _shared("htpasswd -b", "htpasswd -cb /etc/nginx/htpasswd joe {}"),
    _shared("htpasswd -nb", "htpasswd -nb joe {} > /etc/nginx/htpasswd"),
    _shared("openssl -k", "openssl enc -aes-256-cbc -d -in a -out b -k {}"),
    _shared("openssl -pass", "openssl enc -aes-256-cbc -in a -pass pass:{}"),
    _shared("openssl -passin", "openssl rsa -in key -passin pass:{} -out plain"),
    _shared("openssl -passout", "openssl genrsa -aes256 -passout pass:{} 2048"),
    Kind("openssl -K", "openssl enc -d -aes-256-cbc -K {} -iv 00", token("", HEX, 64)),
    _shared("npm config set", "npm config set //registry.example.org/:_authToken {}"),
    _shared("npm config set equals", "npm config set //registry.example.org/:_authToken={}"),
    _shared("npm_config variable", "npm_config__auth={} npm ci"),
    _shared("npmrc line", "//registry.example.org/:_authToken={}"),
    _shared("yarn config", "yarn config set npmAuthToken {}"),
    _shared("composer http-basic", "composer config -g http-basic.repo.example.org joe {}"),
    _shared("composer github", "composer config -g github-oauth.github.com {}"),
    _shared("nuget push", "dotnet nuget push a.nupkg --api-key {} --source https://nuget.example.org"),
    _shared("nuget -ApiKey", "nuget push a.nupkg -ApiKey {}"),
    _shared("dotnet source", "dotnet nuget add source https://n.example.org -u joe -p {} --store-password-in-clear-text"),
    _shared("maven", "mvn -Drepo.password={} deploy"),
    _shared("gradle", "gradle publish -PsigningPassword={}"),
    _shared("az login", "az login --service-principal -u app -p {} --tenant t"),
    _shared("az storage key", "az storage blob upload --account-name shop --account-key {} -f a"),
    _shared("aws configure", "aws configure set aws_secret_access_key {}"),
    _shared("aws variable", "AWS_SECRET_ACCESS_KEY={} aws s3 cp a s3://b"),
    _shared("gcloud", "gcloud config set auth/access_token {}"),
    _shared("kubectl", "kubectl --token {} get pods"),
    _shared("kubectl secret", "kubectl create secret generic db --from-literal=password={}"),
    _shared("helm", "helm registry login -u joe --password {} registry.example.org"),
    _shared("helm -p", "helm registry login -u joe -p {} registry.example.org"),
    _shared("vault login", "vault login {}"),
    _shared("curl -u", "curl -u joe:{} https://host.example.org/file"),
    _shared("curl --user", "curl -fsS --user 'joe:{}' https://host.example.org/file"),
    _shared("curl -u glued", "curl -sujoe:{} https://host.example.org/file"),
    _shared("curl --proxy-user", "curl --proxy-user joe:{} https://host.example.org/file"),
    _shared("wget", "wget --user=joe --password={} https://host.example.org/file"),
    _shared("bearer", "curl -H 'Authorization: Bearer {}' https://host.example.org"),
    Kind("basic", 'curl -H "Authorization: Basic {}" https://host.example.org', _basic),
    _shared("token header", 'wget --header="Authorization: token {}" https://host.example.org'),
    _shared("api key header", 'curl -H "X-Api-Key: {}" https://host.example.org'),
    _shared("private token header", 'curl --header "PRIVATE-TOKEN: {}" https://gitlab.example.org'),
    _shared("cookie", "curl --cookie 'session={}' https://host.example.org"),
    _shared("cookie header", "curl -H 'Cookie: lang=en; sid={}' https://host.example.org"),
    _shared("git clone", "git clone https://joe:{}@git.example.org/shop.git"),
    _shared("git clone token", "git clone https://oauth2:{}@git.example.org/shop.git"),
    _shared("git insteadOf", 'git config --global url."https://x:{}@git.example.org/".insteadOf https://git.example.org/'),
    _shared("pip index", "pip install --index-url https://joe:{}@pypi.example.org/simple shop"),
    _shared("twine", "twine upload -u joe -p {} dist/*"),
    _shared("poetry", "poetry config http-basic.repo joe {}"),
    _shared("poetry pypi", "poetry config pypi-token.repo {}"),
    _shared("cargo login", "cargo login {}"),
    _shared("gem push", "gem push --key {} a.gem"),
    _shared("bundle config", "bundle config set --global gems.example.org joe:{}"),
    _shared("redis-cli", "redis-cli -h cache -a {} ping"),
    _shared("redis.conf", "requirepass {}"),
    _shared("mongo -p", "mongosh -u root -p {} shop"),
    _shared("mongodb uri", "mongodb+srv://app:{}@cluster.example.org/shop"),
    _shared("amqp uri", "amqp://app:{}@queue:5672/"),
    _shared("redis uri", "redis://:{}@cache:6379/0"),
    _shared("jdbc url", "jdbc:postgresql://db/shop?user=app&password={}"),
    _shared("jdbc oracle", "jdbc:oracle:thin:app/{}@db:1521:shop"),
    _shared("odbc", "Driver={ODBC};Server=db;Uid=sa;Pwd=" + "{};Encrypt=yes"),
    _shared("ado.net", "Server=db;Database=shop;User Id=sa;Password={};"),
    _shared("sqlcmd", "sqlcmd -S db -U sa -P {} -Q 'select 1'"),
    _shared("ldapsearch -w", "ldapsearch -x -D cn=admin -w {} -b dc=example"),
    _shared("ssh-keygen -N", "ssh-keygen -t ed25519 -N {} -f key"),
    _shared("gpg --passphrase", "gpg --batch --passphrase {} -d a.gpg"),
    _shared("useradd -p", "useradd -m -p {} joe"),
    _shared("chpasswd", "echo 'joe:{}' | chpasswd"),
    _shared("chpasswd here string", "chpasswd <<< 'joe:{}'"),
    _shared("passwd --stdin", "echo {} | passwd --stdin joe"),
    _shared("smbclient", "smbclient //host/share -U joe%{}"),
    _shared("lftp", "lftp -u joe,{} ftp.example.org"),
    _shared("zip -P", "zip -r -P {} a.zip a"),
    _shared("unzip -P", "unzip -P {} a.zip"),
    _shared("7z", "7z x -p{} a.7z"),
    _shared("ansible-vault", "ansible-playbook -e ansible_become_password={} site.yml"),
    _shared("rabbitmqctl", "rabbitmqctl add_user joe {}"),
    _shared("mc alias", "mc alias set shop https://s3.example.org ACCESS1 {}"),
    _shared("influx", "influx setup --username joe --password {} --force"),
    _shared("sql identified by", "mysql -e \"CREATE USER 'app'@'%' IDENTIFIED BY '{}'\""),
    _shared("sql password", "psql -c \"ALTER USER app WITH PASSWORD '{}'\""),
    _shared("netrc", "machine host.example.org login joe password {}"),
    _shared("docker run -e", "docker run -e DB_PASSWORD={} app"),
    _shared("export", "export API_TOKEN={}"),
    _shared("snowsql", "SNOWSQL_PWD={} snowsql"),
    _shared("wincred", "net user joe {} /add"),
    _shared("msbuild property", "msbuild /p:Password={} app.sln"),
    _shared("rclone", "rclone config create r s3 secret_access_key {}"),
    _shared("wpa_passphrase", "wpa_passphrase net {}"),
    _shared("etcdctl", "etcdctl --user root:{} get a"),
    _shared("samba-tool", "samba-tool user create joe {}"),
    _shared("db2", "db2 connect to shop user joe using {}"),
    _shared("elasticsearch-keystore", "echo {} | elasticsearch-keystore add -x bootstrap.password"),
    _shared("secret file", "echo {} > /run/secrets/db"),
    _shared("sed with bars", "sed -i 's|@@DB_PASSWORD@@|{}|g' /etc/app.conf"),
    _shared("nginx header", "proxy_set_header Authorization 'Basic {}';"),
    _shared("redis user", "user default on >{} ~* +@all"),
)

SETTINGS = (
    _shared("…_PASSWORD", "DB_PASSWORD={}"),
    _shared("…_TOKEN", "DEPLOY_TOKEN={}"),
    _shared("…_SECRET", "APP_SECRET={}"),
    _shared("…_KEY", "ENCRYPTION_KEY={}"),
    _shared("…_PASS", "SMTP_PASS={}"),
    _shared("…_PWD", "ADMIN_PWD={}"),
    _shared("CREDENTIAL", "APP_CREDENTIALS={}"),
    Kind("DSN", "SENTRY_DSN=https://{}@sentry.example.org/3", token("", HEX, 32)),
    _shared("PRIVATE_KEY", "PRIVATE_KEY={}"),
    _shared("CONNECTION_STRING", "QUEUE_CONNECTION_STRING=host=q;pw={}"),
    _shared("yaml", "password: {}"),
    _shared("yaml quoted", 'clientSecret: "{}"'),
    _shared("json", '{"apiKey": "' + '{}"}'),
    _shared("toml", 'secret_key = "{}"'),
    _shared("properties", "spring.datasource.password={}"),
    _shared("ini", "aws_secret_access_key = {}"),
    _shared("php", "'password' => '{}',"),
    _shared("php define", "define('DB_PASSWORD', '{}');"),
    _shared("python environment", "os.environ['DB_PASSWORD'] = '{}'"),
    _shared("named element", "<entry key='password'>{}</entry>"),
    _shared("pre-shared key", "wpa_psk={}"),
    _shared("xml element", "<password>{}</password>"),
    _shared("xml attribute", '<add key="x" password="{}"/>'),
    _shared("camel case", "dbPassword={}"),
    _shared("prose", "the admin password is {}"),
    _shared("query", "https://host.example.org/api?access_token={}&v=1"),
    Kind("azure storage", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={}", token("", ALPHANUMERIC, 86, "==")),
    Kind(
        "azure sas",
        "https://shop.blob.core.windows.net/a?sv=2022-11-02&se=2030-01-01&sr=b&sp=r&sig={}",
        token("", ALPHANUMERIC, 40, "%3D"),
    ),
    Kind(
        "service bus",
        "Endpoint=sb://shop.example.org/;SharedAccessKeyName=r;SharedAccessKey={}",
        token("", ALPHANUMERIC, 43, "="),
    ),
    Kind(
        "aws presigned",
        "https://b.s3.amazonaws.com/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature={}",
        token("", HEX, 64),
    ),
)

TOKENS = (
    _prefixed("aws key", "AK" + "IA", UPPER, 16),
    _prefixed("aws session key", "AS" + "IA", UPPER, 16),
    _prefixed("github", "gh" + "p_", ALPHANUMERIC, 36),
    _prefixed("github fine grained", "github_" + "pat_", ALPHANUMERIC, 82),
    _prefixed("gitlab", "glpat" + "-", ALPHANUMERIC, 20),
    _prefixed("gitlab runner", "GR" + "1348941", ALPHANUMERIC, 20),
    _prefixed("npm", "npm" + "_", ALPHANUMERIC, 36),
    _prefixed("slack bot", "xox" + "b-", DIGITS, 12, "-Abc"),
    _prefixed("slack app", "xapp" + "-1-", UPPER, 40),
    Kind("slack webhook", "https://hooks.slack.com/services/T0000/B0000/{}", token("", ALPHANUMERIC, 24)),
    _prefixed("stripe", "sk_" + "live_", ALPHANUMERIC, 24),
    _prefixed("stripe webhook", "wh" + "sec_", ALPHANUMERIC, 32),
    _prefixed("openai", "sk" + "-proj-", ALPHANUMERIC, 48),
    _prefixed("anthropic", "sk" + "-ant-api03-", ALPHANUMERIC, 93),
    _prefixed("google", "AI" + "za", ALPHANUMERIC, 35),
    _prefixed("google oauth", "GOC" + "SPX-", ALPHANUMERIC, 28),
    _prefixed("google access", "ya" + "29.a0", ALPHANUMERIC, 60),
    Kind("sendgrid", "use {} here", parts("S", "G.", (ALPHANUMERIC, 22), ".", (ALPHANUMERIC, 43))),
    _prefixed("pypi", "pypi" + "-AgEI", ALPHANUMERIC, 120),
    _prefixed("docker hub", "dckr_" + "pat_", ALPHANUMERIC, 27),
    _prefixed("hugging face", "hf" + "_", LETTERS, 34),
    _prefixed("rubygems", "rubygems" + "_", HEX, 48),
    _prefixed("nuget", "oy" + "2", LOWER, 43),
    Kind("jwt", "use {} here", jwt),
    _prefixed("vault", "hv" + "s.", ALPHANUMERIC, 24),
    _prefixed("vault batch", "hv" + "b.", ALPHANUMERIC, 138),
    _prefixed("vault old", "s" + ".", ALPHANUMERIC, 21, "aZ9"),
    _prefixed("digitalocean", "dop" + "_v1_", HEX, 64),
    Kind("terraform", "use {} here", parts((ALPHANUMERIC, 14), ".atlas", "v1.", (ALPHANUMERIC, 67))),
    _prefixed("mailgun", "key" + "-", HEX, 32),
    _prefixed("mailchimp", "", HEX, 32, "-us" + "12"),
    Kind("telegram", "use {} here", parts("1", (DIGITS, 9), ":A", "A", (ALPHANUMERIC, 33))),
    Kind("discord", "use {} here", parts("M", (ALPHANUMERIC, 23), ".", (ALPHANUMERIC, 6), ".", (ALPHANUMERIC, 38))),
    Kind("discord webhook", "https://discord.com/api/webhooks/1234567890/{}", token("", ALPHANUMERIC, 68)),
    _prefixed("twilio", "S" + "K", HEX, 32),
    _prefixed("artifactory", "AK" + "C", ALPHANUMERIC, 70),
    _prefixed("artifactory reference", "cmVm" + "dGtu", ALPHANUMERIC, 56),
    _prefixed("age", "AGE-SECRET" + "-KEY-1", UPPER, 58),
    _prefixed("databricks", "da" + "pi", HEX, 32),
    _prefixed("grafana", "gl" + "sa_", ALPHANUMERIC, 32, "_12ab34cd"),
    _prefixed("new relic", "NR" + "AK-", UPPER, 27),
    _prefixed("shopify", "shp" + "at_", HEX, 32),
    _prefixed("square", "sq0" + "csp-", ALPHANUMERIC, 43),
    _prefixed("atlassian", "ATAT" + "T3", ALPHANUMERIC, 186),
    _prefixed("linear", "lin_" + "api_", ALPHANUMERIC, 40),
    _prefixed("notion", "nt" + "n_", ALPHANUMERIC, 46),
    _prefixed("figma", "fi" + "gd_", ALPHANUMERIC, 40),
    _prefixed("postman", "PM" + "AK-", HEX, 24, "-0123456789abcdef0123456789abcdef01"),
    _prefixed("doppler", "dp." + "pt.", ALPHANUMERIC, 43),
    _prefixed("planetscale", "pscale_" + "pw_", ALPHANUMERIC, 43),
    _prefixed("sentry", "sntr" + "ys_", ALPHANUMERIC, 60),
    _prefixed("sonarqube", "sq" + "u_", HEX, 40),
    _prefixed("pulumi", "pu" + "l-", HEX, 40),
    _prefixed("tailscale", "ts" + "key-auth-", ALPHANUMERIC, 30),
    _prefixed("groq", "gs" + "k_", ALPHANUMERIC, 52),
    _prefixed("replicate", "r" + "8_", ALPHANUMERIC, 37),
    Kind("azure client secret", "use {} here", parts((ALPHANUMERIC, 3), "8", "Q~", (ALPHANUMERIC, 34))),
    _prefixed("alibaba", "LT" + "AI", ALPHANUMERIC, 20),
    _prefixed("brevo", "xkey" + "sib-", HEX, 64, "-Ab12Cd34Ef56Gh78"),
    _prefixed("dynatrace", "dt0" + "c01.", UPPER, 24, "." + "B2" * 32),
    Kind("crypt hash", "use {} here", parts("$", "6$salt1234$", (ALPHANUMERIC, 86))),
    Kind("bcrypt hash", "use {} here", parts("$", "2b$12$", (ALPHANUMERIC, 53))),
    Kind("apr1 hash", "joe:{}", parts("$", "apr1$abcdefgh$", (ALPHANUMERIC, 22))),
    Kind("pem", _pem("RSA "), _key_body),
    Kind("pem pkcs8", _pem(""), _key_body),
    Kind("pem openssh", _pem("OPENSSH "), _key_body),
    Kind("pem in base64", "KEY_DATA_64={}", _packed_pem),
    Kind("pem in base64 plain", "use {} here", _packed_pem),
)

KINDS = (*COMMANDS, *SETTINGS, *TOKENS)
"""Every kind once."""
