import datetime, locale, time, zoneinfo
locale.setlocale(locale.LC_ALL, "")
print(locale.format_string("%.2f", 1234.5, grouping=True), datetime.date(2024, 3, 1).strftime("%A %B"))
print(time.strftime("%Z", time.localtime(0)), datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo")).utcoffset())
