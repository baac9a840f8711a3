import { parseDateTime } from '@rollcall/scim'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

describe('parseDateTime (RFC 7643 §2.3.5)', () => {
  test.each([
    ['2011-05-13T04:42:34Z', '2011-05-13T04:42:34.000Z'],
    ['2011-05-13T06:42:34+02:00', '2011-05-13T04:42:34.000Z'],
    ['2011-05-12T23:12:34-05:30', '2011-05-13T04:42:34.000Z'],
    ['2024-02-29T00:00:00.5Z', '2024-02-29T00:00:00.500Z'],
    ['2024-02-29T00:00:00.999999999Z', '2024-02-29T00:00:00.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('reads %s', (text, instant) => {
    expect(new Date(parseDateTime(text) ?? Number.NaN).toISOString()).toBe(instant)
  })

  test('reads what a date is written as', () => {
    const date = fc.date({ noInvalidDate: true, min: new Date(-62e12), max: new Date(253e12) })
    fc.assert(fc.property(date, (each) => parseDateTime(each.toISOString()) === each.getTime()))
  })

  test.each([
    '',
    '2011-05-13',
    '2011-05-13T04:42Z',
    '2011-05-13T04:42:34',
    '2011-05-13 04:42:34Z',
    '2011-05-13t04:42:34z',
    '2011-13-13T04:42:34Z',
    '2011-00-13T04:42:34Z',
    '2011-04-31T04:42:34Z',
    '2011-05-00T04:42:34Z',
    '2023-02-29T04:42:34Z',
    '1900-02-29T04:42:34Z',
    '2011-05-13T24:00:00Z',
    '2011-05-13T04:60:34Z',
    '2011-05-13T04:42:60Z',
    '2011-05-13T04:42:34.Z',
    '2011-05-13T04:42:34+0200',
    '2011-05-13T04:42:34+15:00',
    '2011-05-13T04:42:34+02:60',
    ' 2011-05-13T04:42:34Z',
    '٢٠١١-05-13T04:42:34Z',
  ])('refuses %j', (text) => {
    expect(parseDateTime(text)).toBeUndefined()
  })
})
