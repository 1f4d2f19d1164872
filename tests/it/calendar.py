"""Reads calendars with a parser of another house and imports one after the other, as a calendar program does.

Prints for each file what is in it, and what the person's calendar holds after it was imported.
"""

import datetime
import json
import sys

from icalendar import Calendar


def read(path):
    raw = open(path, "rb").read()
    assert raw.endswith(b"\r\n"), "the last line has no end"
    lines = raw[:-2].split(b"\r\n")
    for line in lines:
        assert b"\n" not in line and b"\r" not in line, f"a bare line end: {line!r}"
        assert len(line) <= 75, f"{len(line)} octets: {line!r}"
        line.decode("utf-8")  # a folded line cuts no character
    calendar = Calendar.from_ical(raw)
    assert calendar["VERSION"] == "2.0" and calendar["PRODID"]
    for component in calendar.walk():
        assert not component.errors, component.errors
    return [event(found) for found in calendar.walk("VEVENT")]


def event(found):
    start, end = found.decoded("DTSTART"), found.decoded("DTEND")
    assert type(start) is datetime.date and end == start + datetime.timedelta(days=1), "not a whole day"
    assert found.decoded("DTSTAMP").tzinfo is not None
    alarms = [(alarm["ACTION"], alarm.decoded("TRIGGER")) for alarm in found.walk("VALARM")]
    status = str(found["STATUS"])
    hours = None
    if status == "CANCELLED":
        assert not alarms, "an alarm for nothing"
    else:
        assert status == "CONFIRMED"
        ((action, trigger),) = alarms
        assert action == "DISPLAY" and isinstance(trigger, datetime.timedelta)
        hours = trigger.total_seconds() / 3600
    return {
        "uid": str(found["UID"]),
        "sequence": int(found["SEQUENCE"]),
        "status": status,
        "date": start.isoformat(),
        "summary": str(found["SUMMARY"]),
        "description": str(found["DESCRIPTION"]),
        "alarm": hours,
        "stamp": found.decoded("DTSTAMP").isoformat(),
    }


def main():
    kept, told = {}, []
    for path in sys.argv[1:]:
        events = read(path)
        assert len({event["uid"] for event in events}) == len(events), "two events of one id"
        for event in events:
            known = kept.get(event["uid"])
            if known is None or event["sequence"] > known["sequence"]:
                kept[event["uid"]] = event
            else:
                assert known == event, f"changed without a higher sequence: {known} {event}"
        alive = [event for event in kept.values() if event["status"] != "CANCELLED"]
        told.append({"events": events, "calendar": sorted(alive, key=lambda event: event["date"])})
    print(json.dumps(told))


main()
