#!/bin/bash
set -e
postconf -e "myhostname = ${MAIL_HOST}"
postconf -M "${SMTP_PORT}/inet=${SMTP_PORT} inet n - y - - smtpd"
postconf -MX "smtp/inet"
for pair in ${MAIL_USERS:-anna:geheim ben:hidden}; do
  echo "${pair%%:*}@example.org:$(doveadm pw -s SHA512-CRYPT -p "${pair#*:}"):5000:5000::/var/vmail/${pair%%:*}"
done > /etc/dovecot/users
chown vmail: /var/vmail
newaliases
exec /usr/bin/supervisord -n -c /etc/supervisor/supervisord.conf
