const fs = require('fs');
const path = require('path');

const folder = path.join(__dirname, '..', 'locales');
const all = {};
for (const file of fs.readdirSync(folder)) all[path.parse(file).name] = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));

module.exports = (languages) => (req, res, next) => {
  const language = req.acceptsLanguages(languages) || languages[0];
  res.locals.language = language;
  res.locals.t = (key, ...values) => {
    const [one, more = one] = [].concat(all[language]?.[key] ?? key);
    const text = values.length && new Intl.PluralRules(language).select(values[0]) !== 'one' ? more : one;
    return values.reduce((sofar, value) => sofar.replace('%', new Intl.NumberFormat(language).format(value)), text);
  };
  res.set('Content-Language', language);
  next();
};
