"""What is masked and what is not, form by form. The lines are made up; ``{}`` is where a password stands."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from layerscope.credentials import MASK, mask, mask_content, spans_of
from layerscope.credentials.knowledge import knowledge
from layerscope.credentials.masking import spans_of_words
from tests.support.credentials import KINDS, Kind

PASSWORD = "Zk4v" + "Pq9wLm"
CONTEXTS = Path(__file__).parents[1] / "engine" / "contexts"

FORMS = [
    "RUN docker login --username=joe --password='{}' reg.io",
    "RUN set -ex && apk add curl && DOCKER_PASS={} && echo $DOCKER_PASS | docker login --password-stdin",
    "RUN sh -c \"mysql -uroot -p'{}' -e 'select 1; select 2'\"",
    "RUN bash -lc 'sshpass -p\"{}\" scp a joe@h:/b'",
    'CMD ["mysqld_safe","--password={}"]',
    'CMD ["redis-server" "--requirepass" "{}"]',
    'ENTRYPOINT ["/bin/sh","-c","exec redis-server --requirepass {} --port 1"]',
    "RUN cat > /root/.npmrc <<EOF\n//reg.io/:_password={}\nEOF",
    "RUN <<EOF\ncat >> /etc/app.yml <<Y\ndb:\n  PASSWORD: {}\nY\nEOF",
    'RUN docker run --rm -e "MYSQL_ROOT_PASSWORD={}" mysql',
    "RUN export SECRET_KEY_BASE={}; rake assets:precompile",
    "RUN printf '%s' '{}' | docker login -u joe --password-stdin",
    'RUN echo -n "{}" > /run/pw && docker login -u joe -p "{}"',
    "RUN curl --user=joe:{} -O https://h/f",
    'RUN curl -X POST -d \'{"username":"joe","password":"{}"}\' https://h/login',
    "RUN curl -F password={} https://h/login",
    "RUN curl 'https://h/a?user=joe&api_key={}'",
    "RUN wget --http-user=joe --http-password={} https://h/f",
    "RUN MYSQL_PWD={} mysqldump shop",
    "RUN git config --global http.extraheader 'AUTHORIZATION: basic {}'",
    "RUN git remote add origin https://{}:x-oauth-basic@github.example.org/a/b",
    "RUN pip config set global.extra-index-url https://__token__:{}@pypi.example.org/simple",
    "RUN UV_INDEX_CORP_PASSWORD={} uv sync",
    "RUN echo 'root:{}' | chpasswd",
    "RUN echo root:{} | /usr/sbin/chpasswd -c SHA512",
    "RUN printf 'joe:{}\\n' | chpasswd",
    "RUN (echo {}; echo {}) | passwd root",
    'RUN echo -e "{}\\n{}" | smbpasswd -a -s joe',
    'RUN adduser -D joe && echo "joe:{}"|chpasswd',
    "RUN psql \"host=db user=a password='{}'\"",
    "RUN java -Djavax.net.ssl.trustStorePassword={} -jar a.jar",
    'RUN keytool -import -noprompt -storepass:env X -alias a && keytool -list -storepass "{}"',
    "RUN openssl pkcs12 -export -out a.p12 -password pass:{}",
    'RUN openssl req -new -passout "pass:{}"',
    "RUN GPG_PASSPHRASE='{}' ./sign",
    "RUN gpg --batch --passphrase-fd 0 <<< '{}'",
    'RUN aws configure set default.aws_secret_access_key "{}" --profile x',
    "RUN mc config host add s3 https://h KEY1 {}",
    "RUN helm install db --set auth.rootPassword={}",
    "RUN helm upgrade a b --set-string secrets.token={} --wait",
    "RUN kubectl create secret docker-registry r --docker-username=joe --docker-password={}",
    "RUN terraform apply -var 'db_password={}'",
    'RUN ansible-playbook a.yml --extra-vars "ansible_ssh_pass={}"',
    "RUN npm login --_auth={}",
    "RUN npm set //r.io/:_authToken {}",
    "RUN composer config --global --auth http-basic.repo.x.com token {}",
    "RUN nuget sources add -Name x -Source y -UserName joe -Password {}",
    "RUN sed -i 's/PASSWORD_HERE/{}/' /etc/app.conf",
    'RUN sed -i "s|^password=.*|password={}|" /etc/app.conf',
    "RUN rclone config create s3 s3 access_key_id=A secret_access_key={}",
    "RUN hdfs dfs -Dfs.azure.account.key.x={} -ls /",
    "RUN spark-submit --conf spark.hadoop.fs.s3a.secret.key={} a.py",
    "ENV SPRING_DATASOURCE_PASSWORD {}",
    "ENV ConnectionStrings__Default=Server=db;Database=a;User=sa;Password={};",
    'LABEL com.example.db.password="{}"',
    "RUN $env:TOKEN='{}'; ./a.ps1",
    "RUN powershell -Command $p = ConvertTo-SecureString '{}' -AsPlainText -Force",
    "RUN net use z: \\\\h\\s {} /user:joe",
    "RUN snowsql -a x -u y -p {}",
    "RUN mosquitto_passwd -b /etc/pw joe {}",
    "RUN vault kv put secret/a password={}",
    "RUN vault write auth/userpass/users/joe password={}",
    "RUN redis-cli CONFIG SET requirepass {}",
    "RUN redis-cli -u redis://default:{}@h:1",
    "RUN mongosh 'mongodb://a:{}@h/x'",
    "RUN influx -username a -password '{}'",
    "RUN rabbitmqctl change_password joe '{}'",
    "RUN htpasswd -bBc /etc/nginx/.htpasswd joe '{}'",
    "RUN htpasswd -b -c /a joe {}",
    "RUN echo {} | htpasswd -i /a joe",
    "RUN useradd -p $(openssl passwd -1 {}) joe",
    "RUN zip --password {} a.zip b",
    'RUN yarn config set npmRegistries."//x".npmAuthToken {}',
    "RUN heroku auth:token && HEROKU_API_KEY={} heroku x",
    "RUN ldapmodify -D cn=a -w'{}'",
    "RUN ssh-keygen -q -N '{}' -f k",
    "docker build --build-arg NPM_TOKEN={} .",
    'RUN buildah login -p "{}" r',
    "RUN skopeo copy --dest-creds=joe:{} a b",
    "built by joe, registry password: {}",
    "Password is '{}' for root",
    'RUN MYSQL_ROOT_PASSWORD="{}" /entry.sh mysqld',
    "RUN mysql --user=root \\\n  --password='{}' \\\n  -e 'x'",
    "RUN docker login \\\n -u joe \\\n -p {} \\\n reg.io",
    "RUN DOCKER LOGIN -U JOE -P {}",
    "RUN PASSWORD={} && echo hi",
    'RUN set -o pipefail; echo "{}"|docker login -u a --password-stdin',
    'CMD ["sh","-c","mysqladmin -uroot -p{} ping"]',
    "HEALTHCHECK CMD redis-cli -a '{}' ping || exit 1",
    "HEALTHCHECK CMD curl -fu admin:{} http://localhost/",
    "RUN cat <<'EOF' > /etc/mysql/my.cnf\n[client]\nuser=root\npassword = {}\nEOF",
    "RUN echo 'export API_KEY=\"{}\"' >> ~/.bashrc",
    "RUN echo '[default]\\naws_secret_access_key={}' > c",
    'RUN jq -n \'{"auth":{"password":"{}"}}\'',
    "RUN curl -H 'X-Vault-Token: {}' https://v",
    'RUN curl -H "apikey:{}" https://v',
    "RUN curl --header 'Authorization: ApiKey {}' https://v",
    "RUN http POST h password={}",
    'RUN PGPASSFILE=x psql "postgres://u:{}@h/d?sslmode=require"',
    "RUN sqlplus sys/{}@db as sysdba",
    "RUN createuser -s joe && psql -c \"alter role joe password '{}'\"",
    "RUN /opt/mssql-tools/bin/sqlcmd -S h -U sa -P'{}' -i a.sql",
    "RUN SA_PASSWORD={} MSSQL_PID=Express /opt/mssql/bin/sqlservr",
    "RUN smbclient -U 'joe%{}' //h/s",
    "RUN mount -t cifs //h/s /m -o username=joe,password={}",
    "RUN gradle build -PnexusPassword='{}'",
    "RUN mvn -s s.xml -Dsonar.login=a -Dsonar.password={} verify",
    "RUN dotnet user-secrets set 'Db:Password' '{}'",
    "RUN npx auth login --token={}",
    "RUN ng config cli.token {}",
    "RUN security create-keychain -p {} k",
    "RUN expect -c 'send \"{}\\r\"'",
    "RUN ansible-vault encrypt_string '{}' --name p",
    "RUN ln -s a b; PASS={} ./x",
    "RUN su - joe -c 'KEYSTORE_PASS={} ./run.sh'",
    "RUN bash -c $'TOKEN={}\\n./x'",
    "RUN openssl rsautl -passin=pass:{}",
    "RUN cryptsetup luksFormat --key-file <(echo -n {}) d",
    "RUN borg init --encryption=repokey && BORG_PASSPHRASE='{}' borg x",
    "RUN restic -r x --password-command 'echo {}' snapshots",
    "RUN wget --header='Cookie: JSESSIONID={}' u",
]

INNOCENT = [
    "RUN mkdir -p /app /data && cp -p a b && tar -k -xf a.tar",
    "RUN docker run -p 80:80 nginx && ssh -p 22 joe@host.example.org",
    "ENV KEY_ID=ab12 TOKENIZERS_PARALLELISM=false NODE_VERSION=20.11.1",
    "ENV PASSWORD_FILE=/run/secrets/x",
    "ENV GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D",
    "ENV PYTHON_SHA256=18e1aa7e66ff3a58423d59ed22815a6954e53342122c45df20c96877c062b9b7",
    "RUN --mount=type=secret,id=npm_token NPM_TOKEN=$(cat /run/secrets/npm_token) npm ci",
    "RUN docker login -u joe -p $PASSWORD && mysql -u root -p${PASSWORD} shop",
    'RUN docker login -u joe -p "$PASSWORD" && echo $TOKEN | docker login --password-stdin',
    "RUN curl -u $USER:$PASSWORD https://host.example.org && curl -u joe https://host.example.org",
    "ARG TOKEN",
    "RUN apt-get install -y mysql-client redis-tools zip unzip openssl curl && mkdir -p /srv",
    "RUN mysql -u root -h db shop < a.sql && mysql -p shop",
    "RUN zip -r a.zip a && unzip -q -o a.zip && 7z x a.7z",
    "RUN openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -passout file:/run/pw -passin env:PW",
    "RUN useradd -m -u 1000 joe && groupadd -g 1000 joe && chown joe:joe /app",
    "RUN htpasswd -c /etc/nginx/htpasswd joe",
    "RUN docker build --secret id=token,src=token . && docker run -e PASSWORD app",
    "RUN npm config set registry https://registry.example.org && npm config set fund false",
    "RUN git clone ssh://git@host.example.org/a.git https://host.example.org/b.git",
    "RUN git config --global user.email joe@host.example.org",
    "RUN pip install --index-url https://pypi.example.org/simple flask==3.0.0",
    "RUN echo hello | tee /etc/motd && echo joe:x:1000 >> /etc/group",
    "RUN curl -b cookies.txt -c cookies.txt https://host.example.org/a?b=c&d=e",
    "RUN redis-server --port 6379 && redis-cli -h cache -p 6379 ping",
    "RUN psql -h db -p 5432 -U app shop && mongosh --port 27017",
    "RUN ssh-keygen -A && ssh-keygen -t ed25519 -N '' -f /etc/ssh/key",
    "RUN vault server -config=/etc/vault.hcl && cargo login --help",
    '"integrity": "sha512-AKCqXo0Lx1kmFfP2BvS9Wc8ZrTn6YbQe3DhJgVuMwKiOaNpRsEtLzHxCyBfGdUj5ImPq7vWkSo4TnAe2XrDh0Q=="',
    "resolved https://registry.example.org/a/-/a-1.0.0.tgz#0f3e1b2c3d4e5f60718293a4b5c6d7e8f9012345",
    "LABEL org.opencontainers.image.revision=0f3e1b2c3d4e5f60718293a4b5c6d7e8f9012345",
    "LABEL id=123e4567-e89b-12d3-a456-426614174000",
    "RUN echo hello > /srv/tokens.html && echo root:x:0:0::/:/bin/sh >> /etc/passwd && echo $TOKEN > /run/secrets/token",
    "RUN sed -i 's|/etc/token.d|/srv/token.d|' a.conf && rclone config show && nmcli con show && etcdctl --user root get a",
    "<string name='welcome'>hello</string> define('WP_DEBUG', true); os.environ['HOME'] = '/root'",
    "layerscope: registry.test gives no token; it answered 307; try again",
    "COPY --from=builder /app/token-service /app/password-reset.html /app/",
    'CMD ["node", "server.js", "--port", "8080"]',
    "the token is required, and the password is set when the container starts",
    '"js-tokens": "^3.0.0 || ^4.0.0"',
]


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
def test_every_kind_is_masked_in_a_line_of_its_own(kind: Kind) -> None:
    assert kind.secret("line") not in mask(kind.line("line"))


@pytest.mark.parametrize("form", FORMS)
def test_a_password_is_masked_in_every_form_that_a_command_is_written_in(form: str) -> None:
    assert PASSWORD not in mask(form.replace("{}", PASSWORD))


def test_all_that_is_known_is_shown_by_a_sample() -> None:
    known = knowledge()
    for pattern in (*known.shape, *known.phrase):
        assert MASK in mask(f"x {''.join(pattern.sample)} y"), pattern.id
    for program in known.program:
        assert PASSWORD not in mask(program.sample.replace("{}", PASSWORD)), program.id


def test_a_value_is_masked_again_where_the_line_repeats_it() -> None:
    assert mask(f"echo {PASSWORD} > x && docker login -p {PASSWORD}") == f"echo {MASK} > x && docker login -p {MASK}"


def test_a_word_behind_an_option_is_a_credential_as_a_whole() -> None:
    words = ("docker", "login", "-p", "two words", "--token", "three more words", "host")
    assert [bool(spans) for spans in spans_of_words(words)] == [False, False, False, True, False, True, False]
    assert spans_of_words(words)[3][0].end == len("two words")


def test_a_line_for_a_shell_keeps_its_commands() -> None:
    assert mask("sh -c 'TOKEN=Zk4vPq9 exec server'") == f"sh -c 'TOKEN={MASK} exec server'"


@pytest.mark.parametrize("line", INNOCENT)
def test_what_only_looks_like_one_stays(line: str) -> None:
    assert mask(line) == line


def test_of_a_hundred_values_in_the_contexts_at_most_one_is_masked_wrongly() -> None:
    """Of what our own Dockerfiles, lock files and scripts say nothing is a credential, but in the one that leaks on purpose."""
    files = [path for path in CONTEXTS.rglob("*") if path.is_file() and path.parent.name != "leaky"]
    texts = [path.read_text("utf-8", "replace") for path in files if path.suffix not in (".go", ".js", ".py", ".cs")]
    lines = {line.strip() for text in texts for line in text.splitlines() if re.search(r"[=:\s]\S", line.strip())}
    wrong = [line for line in lines if spans_of(line)]
    assert len(lines) > 1000
    assert len(wrong) * 100 <= len(lines), wrong
    assert len(wrong) <= 3, wrong


LONG = 200_000
"""Characters. What takes the square of its length takes minutes here."""


@pytest.mark.parametrize(
    "evil",
    [
        "a", "token=y1 ", "key-", "curl -u ", "mysql -pabc ", "chpasswd <<EOF\n", "vault login ", "name: password ", "://a:b@",
        '"', "\\", "echo x | ", "aB1" * 8 + ".", "0" * 32 + "-", "s.", "Authorization: ", "<password>", "$6$",
    ],
)  # fmt: skip
def test_a_long_line_takes_no_longer_than_its_length(evil: str) -> None:
    spans = spans_of(f"RUN {evil * (LONG // len(evil))}")
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_contents_that_are_no_text_stay_as_they_are() -> None:
    program = b"\x7fELF\0\0" + f"TOKEN={PASSWORD}".encode()
    assert mask_content(program) == program
    assert mask_content(b"PORT=80\n") == b"PORT=80\n"
    assert mask_content(f"TOKEN={PASSWORD}\xff\n".encode("latin-1")) == f"TOKEN={MASK}".encode() + b"\n"
