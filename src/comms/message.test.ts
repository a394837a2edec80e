import { describe, expect, test } from 'vitest'
import { check, type CheckFacts } from './check.ts'
import { type Fields, type MessageFacts, missing, render } from './message.ts'

const at = (time: string): number => Date.parse(`2026-11-24T${time}Z`)
const fields = (more: Partial<Fields> = {}): Fields => ({
  service: 'Checkout',
  impact: '40% of users are experiencing errors',
  understanding: 'A configuration change of 13:55 is suspected',
  actions: 'The change is being rolled back',
  next: 'Watching the error rate',
  workaround: '',
  residual: '',
  followUp: '',
  ...more,
})
const facts = (more: Partial<CheckFacts> = {}): CheckFacts => ({
  kind: 'initial',
  audience: 'executives',
  severity: 'SEV1',
  status: 'investigating',
  startedAt: null,
  endedAt: null,
  nextAt: at('14:23'),
  mode: 'outage',
  names: ['Maria Silva', 'Jake Ito'],
  nextBy: null,
  isLong: false,
  before: null,
  ...more,
})
const rules = (given: Fields, about: CheckFacts): string[] =>
  check(given, about).map((one) => `${one.rule} ${one.level}`)

describe('messages (METHOD 8.2)', () => {
  test('COM-01 the first word to executives', () => {
    const { subject, body } = render(fields(), facts())
    expect(subject).toBe('[SEV1] Checkout - 40% of users are experiencing errors')
    expect(body.split('\n')).toEqual([
      'Current Status: We are investigating an issue affecting Checkout.',
      'Impact: 40% of users are experiencing errors.',
      'Next Update: 14:23 UTC or when we have more information.',
    ])
  })
  test('COM-02 an update without the time of the next is kept in', () => {
    expect(missing(fields(), facts({ kind: 'update', nextAt: null }))).toEqual(['nextUpdate'])
  })
  test('COM-03 names, blame, a time of repair and a machine are not for customers', () => {
    const text = "Maria's deploy broke db-prod-3, fixed in 10 minutes"
    expect(rules(fields({ impact: text }), facts({ audience: 'customers' }))).toEqual([
      'personName error',
      'host warning',
      'estimate error',
      'blame error',
    ])
  })
  test('COM-04 a degradation that is called an outage is for the writer to judge', () => {
    expect(rules(fields({ impact: 'A partial outage' }), facts({ mode: 'degraded' }))).toEqual([
      'outage warning',
    ])
  })
  test('COM-05 a promise beyond the cadence is refused, but for a long incident; a resolved one says what is left', () => {
    const late = facts({
      kind: 'update',
      severity: 'SEV2',
      nextAt: at('11:00'),
      nextBy: at('10:30'),
    })
    expect(rules(fields(), late)).toEqual(['nextTooLate error'])
    expect(rules(fields(), { ...late, isLong: true })).toEqual([])
    const over: MessageFacts = facts({ kind: 'resolved', nextAt: null })
    expect(missing(fields({ followUp: 'post-mortem on Friday' }), over)).toEqual(['residual'])
    expect(missing(fields({ followUp: 'post-mortem on Friday', residual: 'none' }), over)).toEqual(
      [],
    )
  })
  test('COM-06 how long it lasted', () => {
    const over = facts({
      kind: 'resolved',
      startedAt: at('14:02'),
      endedAt: at('14:30'),
      nextAt: null,
    })
    expect(render(fields(), over).body).toContain('Duration: 14:02 to 14:30 UTC (28 min)')
  })
  test('customers see impact and no numbers of ours', () => {
    const { subject, body } = render(
      fields(),
      facts({ kind: 'update', audience: 'customers', status: 'mitigating' }),
    )
    expect([subject, body.split('\n')[0]]).toEqual(['Checkout - Identified', 'Status: Identified'])
  })
  test('word for word the last one is for the writer to judge', () => {
    const before = fields()
    expect(rules(fields(), facts({ kind: 'update', before }))).toEqual(['sameAsBefore warning'])
  })
  test('text is data: control characters go, templates and markup stay as they are written', () => {
    const { body } = render(fields({ impact: '{{constructor}} <b>\u001B[31mred' }), facts())
    expect(body).toContain('Impact: {{constructor}} <b>\uFFFD[31mred.')
  })
})
