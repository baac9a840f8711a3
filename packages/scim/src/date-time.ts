/**
 * The instant of an xsd:dateTime with a time zone (RFC 7643 §2.3.5), in milliseconds since 1970, rounded down.
 * A time without a zone is no instant: two servers would read it differently.
 *
 * @returns undefined when the text is not a date and time of the calendar with a zone
 */
export function parseDateTime(text: string): number | undefined {
  const parts = dateTime.exec(text)?.groups
  if (parts === undefined) return undefined
  const [year, month, day] = [Number(parts['year']), Number(parts['month']), Number(parts['day'])]
  const [hour, minute, second] = [Number(parts['hour']), Number(parts['minute']), Number(parts['second'])]
  const offset = zoneOffsetMinutes(parts['zone'] ?? '')
  if (offset === undefined || hour > 23 || minute > 59 || second > 59) return undefined
  if (month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month)) return undefined
  const milliseconds = Number((parts['fraction'] ?? '').slice(0, 3).padEnd(3, '0'))
  return utcMilliseconds(year, month, day) + ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds
}

const dateTime =
  /^(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)T(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?:\.(?<fraction>\d{1,20}))?(?<zone>Z|[+-]\d\d:\d\d)$/

function zoneOffsetMinutes(zone: string): number | undefined {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  // xsd:dateTime ends at 14:00.
  if (minutes > 59 || hours * 60 + minutes > 14 * 60) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

function daysOfMonth(year: number, month: number): number {
  const isLeapYear = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  if (month === 2) return isLeapYear ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

/** `Date.UTC` takes the years 0 to 99 for those of the last century. */
function utcMilliseconds(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, day)
}
