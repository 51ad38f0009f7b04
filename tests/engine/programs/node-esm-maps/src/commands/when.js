export default async (zone = 'Europe/Berlin', locale = 'de') => {
  const { DateTime } = await import('luxon');
  const t = DateTime.fromISO('2024-03-31T00:30:00Z').setZone(zone);
  if (!t.isValid) throw new Error(t.invalidReason);
  console.log(t.setLocale(locale).toLocaleString(DateTime.DATETIME_HUGE), t.plus({ hours: 1 }).toISO());
  console.log(new Intl.ListFormat(locale).format(['a', 'b', 'c']), new Intl.NumberFormat(locale).format(1234567.891));
};
