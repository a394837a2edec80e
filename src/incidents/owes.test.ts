import { describe, expect, test } from 'vitest'
import { SEED } from '../severity/policy.ts'
import { at, type Course, declared } from './incident.rig.ts'
import { owesIncident } from './owes.ts'

/** "executives:0 by 10:10" for what is open, "… met" or "… late" for what was done. */
function owed(course: Course, rule: string): string[] {
  return owesIncident(course.incident, SEED, () => 'lead')
    .filter((one) => one.rule === rule)
    .map(({ key, due, proof }) => {
      const of = key.split(':').slice(2).join(':')
      const time = new Date(due).toISOString().slice(11, 16)
      return `${of} by ${time}${proof === null ? '' : proof.at <= due ? ', met' : ', late'}`
    })
}
const sent = (promised: string | null = null, as: 'initial' | 'update' | 'resolved' = 'update') =>
  ({
    kind: 'messagePublished',
    audience: 'executives',
    promised: promised === null ? null : at(promised),
    as,
  }) as const
const clear = { kind: 'moved', to: 'resolved', reason: 'looked' } as const

describe('what an incident owes', () => {
  test('the first message within ten minutes at SEV1, then one every fifteen', () => {
    const course = declared(1)
    expect(owed(course, 'incident.firstMessage')).toContain('executives:0 by 10:10')
    course.do('10:08', sent(null, 'initial'))
    expect(owed(course, 'incident.firstMessage')).toContain('executives:0 by 10:10, met')
    expect(owed(course, 'incident.update')).toContain('executives:1 by 10:23')
    course.do('10:20', sent('10:30'))
    expect(owed(course, 'incident.update')).toEqual([
      'executives:1 by 10:23, met',
      'executives:2 by 10:30',
    ])
  })
  test('E12 a SEV2 that is silent from 14:08 to 14:45 was late', () => {
    const course = declared(2, '14:00').do('14:08', sent(null, 'initial')).do('14:45', sent())
    expect(owed(course, 'incident.update')).toContain('executives:1 by 14:38, late')
  })
  test('an answer within the response time, strictly', () => {
    const just = declared(1).do('10:04:59.999', {
      kind: 'acknowledged',
      at: at('10:04:59.999'),
      personId: 'a',
    })
    expect(owed(just, 'incident.respond')).toEqual(['first by 10:04, met'])
    const late = declared(1).do('10:05', { kind: 'acknowledged', at: at('10:05'), personId: 'a' })
    expect(owed(late, 'incident.respond')).toEqual(['first by 10:04, late'])
  })
  test('ROL-05 four roles within five minutes at SEV1, each met when somebody holds it', () => {
    const course = declared(1).do('10:06', { kind: 'roleTaken', role: 'scribe', personId: 's' })
    expect(owed(course, 'incident.role.commander')).toEqual(['first by 10:05, met'])
    expect(owed(course, 'incident.role.scribe')).toEqual(['first by 10:05, late'])
    expect(owed(course, 'incident.role.technicalLead')).toEqual(['first by 10:05'])
    expect(owed(declared(3), 'incident.role.scribe')).toEqual([])
  })
  test('the cause in half an hour; mitigated counts, and taking it back asks again', () => {
    expect(owed(declared(1), 'incident.cause').map((one) => one.slice(-8))).toEqual(['by 10:30'])
    const done = declared(1).do('10:20', { kind: 'moved', to: 'monitoring', reason: null })
    expect(owed(done, 'incident.cause')[0]).toMatch(/by 10:30, met$/)
    expect(owed(declared(3), 'incident.cause')).toEqual([])
  })
  test('a hypothesis is owed a verdict by the end of its box, by whoever opened it', () => {
    const course = declared(1).do('10:02', {
      kind: 'hypothesisOpened',
      id: 'h',
      statement: 'the deploy',
      ownerId: 'x',
    })
    const [claim] = owesIncident(course.incident, SEED, () => null).filter(
      (one) => one.rule === 'incident.hypothesis',
    )
    expect(claim).toMatchObject({
      owner: { kind: 'person', id: 'x' },
      due: at('10:17'),
      supervisor: 'ic',
    })
  })
  test('the all-clear ends every clock but its own: those who heard of it hear that it is over', () => {
    const course = declared(2)
      .do('10:05', sent(null, 'initial'))
      .do('10:10', { kind: 'moved', to: 'monitoring', reason: null })
      .do('10:20', clear)
    expect(owed(course, 'incident.update')).toEqual([])
    expect(owed(course, 'incident.allClear')).toEqual(['executives by 10:35'])
    course.do('10:30', sent(null, 'resolved'))
    expect(owed(course, 'incident.allClear')).toEqual(['executives by 10:35, met'])
  })
  test('what was late before the all-clear stays on the record', () => {
    const course = declared(2)
      .do('10:05', sent(null, 'initial'))
      .do('10:40', { kind: 'moved', to: 'monitoring', reason: null })
      .do('10:50', clear)
    expect(owed(course, 'incident.update')).toEqual(['executives:1 by 10:35'])
  })
  test('where nobody commands, whoever stands for the seat owes it', () => {
    const course = declared(2).do('10:01', { kind: 'roleLeft', role: 'commander' })
    const owners = new Set(
      owesIncident(course.incident, SEED, () => 'lead').map((one) => one.owner.id),
    )
    expect([...owners]).toEqual(['ic'])
  })
})
