/** Several readers, that know nothing of each other, read the same intervals from a feed. */
import { spawnSync } from 'node:child_process'
import ICAL from 'ical.js'
import { expect, test } from 'vitest'
import { at, rotation, type RotationPart, schedule } from '../oncall/schedule.rig.ts'
import { shiftsBetween } from '../oncall/shifts.ts'
import { faultsOf } from './ical.rig.ts'
import { readCalendar } from './read.ts'
import { type FeedEvent, writeCalendar } from './write.ts'

/** Each has two changes of the clock in the year: of an hour, of half an hour, and at midnight. */
const ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago']
const ROTATIONS: Readonly<Record<string, RotationPart>> = {
  weekly: { every: { unit: 'week', count: 1 } },
  daily: { every: { unit: 'day', count: 1 }, handoff: { time: '00:00' } },
  '12-hour': { every: { unit: 'hour', count: 12 }, handoff: { time: '02:30' } },
}
const [FROM, TO] = [at('2026-01-05T00:00:00Z'), at('2027-01-05T00:00:00Z')]

type Interval = [from: number, to: number, uid: string, summary: string]
type Case = { title: string; text: string; wrote: Interval[] }

const CASES: Case[] = ZONES.flatMap((zone) =>
  Object.entries(ROTATIONS).map(([name, part]) => {
    const one = schedule(zone, [rotation('Ana Bø+Ćiro Zoë', { ...part, starts: '2026-01-01' })])
    const events = shiftsBetween(one, FROM, TO).map((shift, index): FeedEvent => {
      const who = shift.people.map((person) => person.personId).join(', ')
      return {
        uid: `${index}-${zone}@allclear`,
        from: shift.from,
        to: shift.to,
        summary: `${who}: on call; ${'for a long while, '.repeat(index % 8)}😀 ${name} \\ ${zone}`,
        description: `First line\nsecond line`,
        updatedAt: FROM,
      }
    })
    return {
      title: `${name} in ${zone}`,
      text: writeCalendar({ name: `On call, ${name}`, events, now: FROM }),
      wrote: events.map(({ from, to, uid, summary }) => [from, to, uid, summary]),
    }
  }),
)

test('a year of shifts has both changes of the clock in it', () => {
  for (const { title, wrote } of CASES) {
    expect(wrote.length, title).toBeGreaterThan(50)
    const lengths = new Set(wrote.map(([from, to]) => to - from))
    expect(lengths.size, title).toBeGreaterThanOrEqual(3)
  }
})

test.each(CASES)('$title: the feed has no fault', ({ text }) => {
  expect(faultsOf(text)).toEqual([])
})

test.each(CASES)('$title: we read what we wrote', ({ text, wrote }) => {
  const { events, problems } = readCalendar(text, { from: FROM, to: TO })
  expect(problems).toEqual([])
  expect(events.map(({ from, to, uid, summary }) => [from, to, uid, summary])).toEqual(
    wrote.map(([from, to, uid, summary]) => [from, to, uid, summary]),
  )
})

test.each(CASES)('$title: ical.js reads the same', ({ text, wrote }) => {
  const events = new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((part) => new ICAL.Event(part))
  expect(
    events.map(({ startDate, endDate, uid, summary }) => [
      startDate.toUnixTime() * 1_000,
      endDate.toUnixTime() * 1_000,
      uid,
      summary,
    ]),
  ).toEqual(wrote)
})

const SCRIPTS = {
  icalendar: `
import sys, json, icalendar
found = []
for text in json.load(sys.stdin):
    calendar = icalendar.Calendar.from_ical(text)
    found.append([[e.decoded('DTSTART').timestamp() * 1000, e.decoded('DTEND').timestamp() * 1000,
        str(e['UID']), str(e['SUMMARY'])] for e in calendar.walk('VEVENT')])
print(json.dumps(found))`,
  vobject: `
import sys, json, vobject
found = []
for text in json.load(sys.stdin):
    calendar = vobject.readOne(text)
    found.append([[e.dtstart.value.timestamp() * 1000, e.dtend.value.timestamp() * 1000,
        e.uid.value, e.summary.value] for e in calendar.vevent_list])
print(json.dumps(found))`,
}

/** The Python that has the package: where several are on the path, the one of the system may. */
const pythonWith = (name: string): string | undefined =>
  ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', `import ${name}`], { timeout: 20_000 }).status === 0,
  )

for (const [name, script] of Object.entries(SCRIPTS)) {
  const python = pythonWith(name)
  const reason = python ? '' : ` (skipped: no python3 here has the package ${name})`
  test.skipIf(!python)(`${name} for Python reads the same${reason}`, () => {
    const { stdout, stderr } = spawnSync(python ?? '', ['-c', script], {
      input: JSON.stringify(CASES.map(({ text }) => text)),
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf-8' },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 50_000,
    })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(CASES.map(({ wrote }) => wrote))
  })
}
