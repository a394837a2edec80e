import { expect, test } from 'vitest'
import { draftOf } from './draft.ts'
import { readFile } from './form-file.ts'
import { EMPTY, FACTS, planDeps } from './planning.rig.ts'

const NOW = Date.UTC(2026, 10, 23, 10, 5)

/** `rule@line: sentence` of what is found in a file. */
function found(file: string): string[] {
  const read = readFile(file, {}, FACTS)
  if (!read.ok) throw new Error(JSON.stringify(read.mistakes))
  return draftOf(read.read, EMPTY, NOW, planDeps()).findings.map(
    ({ rule, position, sentence }) => `${rule}@${position?.line ?? '-'}: ${sentence}`,
  )
}

const PEOPLE = `organisation: { fallback: [ person:emma ] }
people:
  - { id: emma, name: Emma, contacts: [ { id: hook, kind: webhook, url: "https://example.com" } ] }
  - { id: maria, name: Maria, contacts: [ { id: hook, kind: webhook, url: "https://example.com" } ] }
  - { id: ana, name: Ana, contacts: [ { id: hook, kind: webhook, url: "https://example.com" } ] }
  - { id: ben, name: Ben, contacts: [ { id: hook, kind: webhook, url: "https://example.com" } ] }
  - { id: cy, name: Cy, contacts: [ { id: hook, kind: webhook, url: "https://example.com" } ] }
`

test('nothing is found in what is sound', () => {
  expect(
    found(`${PEOPLE}schedules:
  - { id: primary, timezone: UTC, rotations: [ { id: w, people: [ maria, ana, ben, cy ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ] }
escalations: [ { id: e, steps: [ { page: [ schedule:primary ] }, { page: [ person:emma ] } ] } ]
services: [ { id: s, escalation: e } ]
sources: [ { id: a, kind: grafana, service: s, key: 0123456789abcdef0123456789abcdef } ]`),
  ).toEqual([])
})

test('no fallback: who will be paged instead', () => {
  const people = (...roles: string[]) =>
    `people: [ ${roles.map((role, n) => `{ id: p${n}, name: P, role: ${role}, contacts: [ { id: h, kind: ntfy, topic: t } ] }`).join(', ')} ]`
  expect(found(people('responder'))).toEqual([
    'fallbackMissing@-: no fallback is set: when nobody on a ladder answers, nobody, for there is no admin either will be paged',
  ])
  expect(found(people('admin'))[0]).toContain('the only admin will be paged')
  expect(found(`organisation: { fallback: [] }\n${people('admin', 'admin')}`)).toEqual([
    'fallbackMissing@1: no fallback is set: when nobody on a ladder answers, all 2 admins will be paged',
  ])
})

test('a step that pages nobody, by any way', () => {
  expect(
    found(`${PEOPLE}teams: [ { id: empty } ]
schedules: [ { id: later, timezone: UTC, rotations: [ { id: w, people: [ maria ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2027-11-02 } ] } ]
escalations:
  - id: e
    steps:
      - { page: [] }
      - { page: [ team:empty ] }
      - { page: [ schedule:later ] }
      - { page: [ schedule:later, person:emma ] }`).filter((one) =>
      one.startsWith('stepWithNobody'),
    ),
  ).toEqual([
    'stepWithNobody@13: step 1 of `e` pages nobody at this moment: the climb passes it over',
    'stepWithNobody@14: step 2 of `e` pages nobody at this moment: the climb passes it over',
    'stepWithNobody@15: step 3 of `e` pages nobody at this moment: the climb passes it over',
  ])
})

test('people who can be paged and have no contact that works', () => {
  expect(
    found(`organisation: { fallback: [ person:emma ] }
people:
  - { id: emma, name: Emma, contacts: [ { id: mail, kind: email, address: emma@example.com } ] }
  - { id: maria, name: Maria }
  - { id: visitor, name: Visitor }
teams: [ { id: t, members: [ maria ] } ]
escalations: [ { id: e, steps: [ { page: [ team:t ] } ] } ]`),
  ).toEqual([
    'personWithoutContact@3: Emma (`emma`) can be paged and has no contact that works: a page to them is passed over',
    'personWithoutContact@4: Maria (`maria`) can be paged and has no contact: a page to them is passed over',
    'channelWithoutSettings@-: `email` is not set up, and `emma` has a contact of that kind: nothing is sent there',
  ])
})

test('a rota that hurts people is called out in the file: where it stands and which way is out', () => {
  const schedule = (people: string, more = '') =>
    found(`${PEOPLE}schedules:
  - id: primary
    timezone: Europe/Lisbon
    rotations: [ { id: w, people: [ ${people} ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02${more} } ]`)
  const four = 'maria, ana, ben, cy'
  expect(schedule(four)).toEqual([])
  expect(schedule(four, ', ends: 2026-12-01')[0]).toBe(
    'gap@9: nobody is on call in `primary` from Tue 1 Dec 00:00 on (Europe/Lisbon), 1162.1 hours in all',
  )
  expect(schedule('maria').join('\n')).toMatch(/singlePerson@9: .*Maria/)
  expect(schedule('maria, ana, ben').join('\n')).toMatch(/fewPeople@9: .*3/)
})

const RULED = (after: string, wait: string) => `organisation: { fallback: [ person:maria ] }
people:
  - id: maria
    name: Maria
    contacts: [ { id: hook, kind: webhook, url: "https://example.com" }, { id: mobile, kind: phone, number: "+351912345678" } ]
    rules:
      high:
        - { after: 0m, use: hook }
        - { after: ${after}, use: mobile }
escalations: [ { id: e, steps: [ { page: [ person:maria ], wait: ${wait} }, { page: [ person:maria ], wait: ${wait} } ] } ]`

test('a call that never rings, because the climb has moved on by then', () => {
  expect(found(RULED('6m', '5m'))).toEqual([
    "ruleOvertaken@9: the climb of `e` moves on from step 1 at 5 min, Maria's Call (`mobile`) at 6 min will never ring",
  ])
  expect(found(RULED('5m', '5m'))).toHaveLength(1)
  expect(found(RULED('4m', '5m'))).toEqual([])
  expect(found(RULED('90s', '45s'))[0]).toContain('at 45s')
})

test('the defaults are made to be cut off, and are no finding', () => {
  expect(
    found(`${PEOPLE}escalations: [ { id: e, steps: [ { page: [ person:maria ], wait: 30s } ] } ]`),
  ).toEqual([])
})

test('services without an escalation, sources without a service', () => {
  expect(
    found(
      `${PEOPLE}services: [ { id: s } ]\nsources: [ { id: a, kind: grafana, key: 0123456789abcdef0123456789abcdef } ]`,
    ),
  ).toEqual([
    'serviceWithoutEscalation@8: service `s` has no escalation: its alerts page the fallback at once',
    'sourceWithoutService@9: source `a` has no service: alerts that no route takes page the fallback at once',
  ])
})

test('a calendar that somebody lives or hands off by, and that will soon have no days left', () => {
  const calendars = (pt: string, uk: string) => `calendars:
  - { id: pt, holidays: [ { date: 2026-01-01, name: A }, { date: ${pt}, name: B } ] }
  - { id: uk, holidays: [ { date: ${uk}, name: C } ] }
  - { id: unused, holidays: [ { date: 2020-01-01, name: D } ] }
  - { id: weekends }
${PEOPLE.replace('name: Maria,', 'name: Maria, calendar: pt,').replace('name: Ana,', 'name: Ana, calendar: weekends,')}schedules:
  - { id: primary, timezone: UTC, rotations: [ { id: w, people: [ maria, ana, ben, cy ], every: 1w, handoff: { day: monday, time: "10:00", calendar: uk }, starts: 2026-11-02 } ] }`
  const ending = (pt: string, uk: string) =>
    found(calendars(pt, uk)).filter((one) => one.startsWith('calendarEnds'))
  expect(ending('2027-12-25', '2027-01-23')).toEqual([])
  expect(ending('2026-12-25', '2026-11-20')).toEqual([
    'calendarEnds@2: calendar `pt` ends in 32 days',
    'calendarEnds@3: calendar `uk` has ended 3 days ago',
  ])
})

test('hand-offs on a holiday of the one who takes over are found, unless the calendar puts them off', () => {
  const rota = (calendar: string) =>
    found(`calendars:
  - { id: pt, holidays: [ { date: 2026-12-07, name: A }, { date: 2027-12-25, name: B } ] }
${PEOPLE.replaceAll(', contacts', ', calendar: pt, contacts')}schedules:
  - { id: primary, timezone: UTC, rotations: [ { id: w, people: [ maria, ana, ben, cy ], every: 1w, handoff: { day: monday, time: "10:00"${calendar} }, starts: 2026-11-02 } ] }`)
  expect(rota('').map((one) => one.split(':')[0])).toEqual(['handoffHour@11', 'handoffHour@11'])
  expect(rota(', calendar: pt')).toEqual([])
})
