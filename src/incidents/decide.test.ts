import { describe, expect, test } from 'vitest'
import { at, blank, declared, follow } from './incident.rig.ts'
import { type Incident, levelOf } from './incident.ts'
import { commandGaps, directReports } from './roles.ts'

const level = (incident: Incident): number => levelOf(incident)
const quiet = { recovery: { lastFiringAt: null, isBurning: null } }

describe('declaring', () => {
  test('the questionnaire gives the level where nobody does', () => {
    const { incident } = follow().do('10:00', {
      kind: 'answered',
      answers: { mode: 'degraded', scopePct: 30, security: 'none', data: 'none' },
      isTyped: true,
    })
    const course = follow({ ...incident, levels: [] }).do('10:01', {
      kind: 'declared',
      level: null,
      summary: '',
    })
    expect(level(course.incident)).toBe(2)
    expect(course.incident.stamps.declaredAt).toBe(at('10:01'))
  })
  test('needs a sentence on what users notice', () => {
    const course = follow(blank({ summary: '' }))
    expect(course.refused('10:00', { kind: 'declared', level: 2, summary: ' ' })).toMatchObject({
      field: 'summary',
    })
  })
  test('SEV1 tells the VP and the CTO at once, and pages two steps together (ESC-04, E17)', () => {
    const { effects } = declared(1)
    expect(effects).toContainEqual({ kind: 'tell', seat: 'vp', rule: 'level1' })
    expect(effects).toContainEqual({ kind: 'tell', seat: 'cto', rule: 'level1' })
    expect(effects).toContainEqual({ kind: 'pageSteps', steps: 2, rule: 'level1' })
  })
  test('triage that nobody decides promotes itself, as badly as the answers say', () => {
    const course = follow().do('09:04', { kind: 'woke' })
    expect(course.incident.status).toBe('triage')
    course.do('09:05', { kind: 'woke' })
    expect([course.incident.status, level(course.incident)]).toEqual(['investigating', 2])
  })
})

describe('severity that moves', () => {
  const answer = (percent: number) =>
    ({ kind: 'impactSeen', impact: { percent }, isTyped: false }) as const
  test('T1 raises by itself, with its rule and a way back, and the same fact twice raises once', () => {
    const course = declared(3, '10:00', { impact: { percent: 8 } })
    course.do('10:05', answer(16))
    expect(level(course.incident)).toBe(2)
    expect(
      course.effects.findLast((one) => one.kind === 'record' && one.what === 'severityRaised'),
    ).toMatchObject({
      rule: 'T1',
      inputs: { unit: 'percent', from: 8, to: 16 },
      undo: 'undoLevel',
    })
    course.do('10:06', answer(16))
    expect(level(course.incident)).toBe(2)
  })
  test('TRG-04 a full outage raises by the questionnaire where nothing can double', () => {
    const course = declared(2, '10:00', { impact: { percent: 60 } })
    course.do('10:05', {
      kind: 'answered',
      answers: { mode: 'outage', scopePct: 100 },
      isTyped: true,
    })
    expect([level(course.incident), course.incident.levels.at(-1)?.rule]).toEqual([1, 'R3'])
  })
  test('TRG-09 a data concern raises to 1 and holds there until it is cleared with evidence', () => {
    const course = declared(4)
    course.do('10:10', { kind: 'answered', answers: { data: 'concern' }, isTyped: true })
    expect([level(course.incident), course.incident.levels.at(-1)?.rule]).toEqual([1, 'T4'])
    const lower = { kind: 'lowered', level: 3, reason: 'not that bad' } as const
    expect(course.refused('10:20', lower)).toMatchObject({
      reason: 'belowFloor',
      detail: { floor: 1 },
    })
    expect(course.refused('10:20', { kind: 'integrityCleared', evidence: '' })).toMatchObject({
      field: 'evidence',
    })
    course
      .do('10:30', { kind: 'integrityCleared', evidence: 'row counts agree' })
      .do('10:31', lower)
    expect(level(course.incident)).toBe(3)
  })
  test('T3 a paying customer’s report holds it at 2', () => {
    const course = declared(3)
    const report = {
      reporter: 'customer',
      payingAffected: 'yes',
      mode: 'degraded',
      scopePct: 5,
    } as const
    course.do('10:05', { kind: 'answered', answers: report, isTyped: false })
    expect([level(course.incident), course.incident.levels.at(-1)?.rule]).toEqual([2, 'T3'])
    expect(
      course.refused('10:06', { kind: 'lowered', level: 3, reason: 'one customer' }).reason,
    ).toBe('belowFloor')
  })
  test('anybody raises, only the commander lowers, and with a reason', () => {
    const course = declared(3)
    course.do('10:01', { kind: 'raised', level: 2, reason: null }, { by: 'somebody' })
    expect(
      course.refused('10:02', { kind: 'lowered', level: 3, reason: 'calm' }, { by: 'somebody' })
        .reason,
    ).toBe('commanderOnly')
    expect(course.refused('10:02', { kind: 'lowered', level: 3, reason: '' }).reason).toBe('needed')
    expect(level(course.do('10:02', { kind: 'lowered', level: 3, reason: 'calm' }).incident)).toBe(
      3,
    )
  })
  test('up and down and up again tells the same people once', () => {
    const course = declared(2)
    const raise = { kind: 'raised', level: 1, reason: 'worse' } as const
    course.do('10:01', raise).do('10:01', { kind: 'woke' })
    course.do('10:02', { kind: 'levelUndone', reason: 'it was not' })
    course.do('10:03', raise).do('10:03', { kind: 'woke' })
    expect(course.effects.filter((one) => one.kind === 'tell' && one.seat === 'vp')).toHaveLength(1)
    expect(course.effects.filter((one) => one.kind === 'pageSteps')).toHaveLength(1)
  })
})

describe('states and the all-clear (METHOD 7)', () => {
  const to = (status: Incident['status'], reason: string | null = null) =>
    ({ kind: 'moved', to: status, reason }) as const
  const mitigated = (severity: 1 | 2, time: string) =>
    declared(severity, '14:00')
      .do('14:10', to('mitigating'))
      .do(time, to('monitoring'))
      .do(time, { kind: 'checked' })
  test('STA-01 it is too soon after seven minutes, and may be overridden with a reason that is flagged', () => {
    const course = mitigated(2, '14:23')
    expect(course.refused('14:30', to('resolved'))).toMatchObject({
      field: 'reason',
      reason: 'tooSoon',
    })
    course.do('14:30', to('resolved', 'the deploy was rolled back'))
    expect(course.incident.isAllClearEarly).toBe(true)
  })
  test('STA-02 it is allowed when the time is over and the checks pass', () => {
    const { incident, effects } = mitigated(2, '14:23').do('14:38:00', to('resolved'))
    expect([incident.status, incident.isAllClearEarly]).toEqual(['resolved', false])
    expect(effects.map((one) => one.kind)).toContain('expirePages')
    expect(incident.holdings.every((one) => one.to !== null)).toBe(true)
  })
  test('STA-03 an alert of the last ten minutes keeps it shut', () => {
    const course = mitigated(2, '14:23')
    const recovery = { lastFiringAt: at('14:35'), isBurning: null }
    expect(course.refused('14:44', to('resolved'), { recovery }).reason).toBe('alertsRecent')
    expect(course.do('14:45', to('resolved'), { recovery }).incident.status).toBe('resolved')
  })
  test('STA-04 when symptoms are back the watch begins anew', () => {
    const course = mitigated(2, '14:23')
      .do('14:31', to('mitigating'))
      .do('14:40', to('monitoring'))
      .do('14:41', { kind: 'checked' })
    expect([course.incident.stamps.mitigatedAt, course.incident.mitigations]).toEqual([
      at('14:40'),
      2,
    ])
    expect(course.refused('14:54:59', to('resolved')).reason).toBe('tooSoon')
    expect(course.do('14:55', to('resolved')).incident.status).toBe('resolved')
  })
  test('STA-05 SEV1 is watched for half an hour', () => {
    const course = mitigated(1, '15:00')
    expect(course.refused('15:29:59', to('resolved'), quiet).reason).toBe('tooSoon')
    expect(course.do('15:30', to('resolved'), quiet).incident.status).toBe('resolved')
  })
  test('STA-06 the same failure reopens it within a day, and is another one after that', () => {
    const over = declared(2, '10:00', { openedAt: at('09:00') })
      .do('10:30', to('monitoring'))
      .do('12:00', to('resolved', 'checked by hand'))
    expect(
      follow(over.incident).do('18:00', to('investigating')).incident.stamps.allClearAt,
    ).toBeNull()
    const next = { now: at('13:00') + 86_400_000 }
    expect(follow(over.incident).refused('13:00', to('investigating'), next).reason).toBe(
      'tooLateToReopen',
    )
  })
  test('nobody has looked: a person’s check is part of it', () => {
    const course = declared(2, '14:00').do('14:10', to('monitoring'))
    expect(course.refused('14:40', to('resolved')).reason).toBe('notChecked')
  })
  test('mitigating needs no cause, and what is over stays over', () => {
    const course = declared(2).do('10:01', to('mitigating'))
    expect(course.refused('10:02', to('closed')).reason).toBe('noSuchMove')
    const gone = follow(blank()).do('09:01', to('canceled'))
    expect(gone.refused('09:02', { kind: 'raised', level: 1, reason: null }).reason).toBe('isOver')
  })
})

describe('command (METHOD 5)', () => {
  const take = (personId: string, role: 'commander' | 'technicalLead' = 'commander') =>
    ({ kind: 'roleTaken', role, personId }) as const
  test('ROL-01 command passes when it is accepted, without a gap', () => {
    const course = declared(2)
      .do('10:39', { kind: 'handOverProposed', role: 'commander', to: 'b' })
      .do('10:40', { kind: 'handOverAccepted' }, { by: 'b' })
    expect(commandGaps(course.incident, at('11:00'))).toEqual([])
  })
  test('ROL-02 a gap in command is found with its length', () => {
    const course = declared(2)
      .do('10:40', { kind: 'roleLeft', role: 'commander' })
      .do('10:43', take('b'))
    expect(commandGaps(course.incident, at('11:00'))).toEqual([
      { from: at('10:40'), to: at('10:43') },
    ])
  })
  test('ROL-03 the commander of a major incident holds nothing else, of a minor one with a note', () => {
    const other = { kind: 'roleTaken', role: 'scribe', personId: 'b' } as const
    expect(
      declared(1).do('10:01', other).refused('10:02', take('ic', 'technicalLead')).reason,
    ).toBe('commanderHoldsNothingElse')
    const minor = declared(3).do('10:01', other).do('10:02', take('ic', 'technicalLead'))
    expect(minor.effects.at(-1)).toMatchObject({
      what: 'roleTaken',
      result: { notes: ['commanderDoublesUp'] },
    })
  })
  test('ROL-04 eight report to one; four of them under a lead are five', () => {
    const course = declared(1)
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8])
      course.do('10:05', {
        kind: 'taskGiven',
        id: `t${n}`,
        text: `look at shard ${n}`,
        ownerId: `p${n}`,
        boxMs: null,
        outside: null,
        leadId: n > 4 ? 'p4' : null,
      })
    expect(directReports(course.incident)).toEqual(['p1', 'p2', 'p3', 'p4'])
    const flat = {
      ...course.incident,
      tasks: course.incident.tasks.map((one) => ({ ...one, leadId: null })),
    }
    expect(directReports(flat)).toHaveLength(8)
  })
  test('a tired person alone holds everything, and it says so', () => {
    const solo = declared(1).do('10:01', take('ic', 'technicalLead'))
    expect(solo.effects.at(-1)).toMatchObject({ result: { notes: ['isSolo'] } })
  })
  test('only whoever was asked accepts', () => {
    const course = declared(2).do('10:01', { kind: 'handOverProposed', role: 'commander', to: 'b' })
    expect(course.refused('10:02', { kind: 'handOverAccepted' }, { by: 'c' }).reason).toBe(
      'notYours',
    )
  })
})

describe('hypotheses (METHOD 6)', () => {
  const open = (id: string, ownerId = 'x') =>
    ({ kind: 'hypothesisOpened', id, statement: `it is ${id}`, ownerId }) as const
  const confirm = (id: string) =>
    ({ kind: 'hypothesisDisposed', id, verdict: 'confirmed' }) as const
  const verdict = (incident: Incident, id: string) =>
    incident.hypotheses.find((one) => one.id === id)?.verdict
  test('HYP-01 confirmed as the box ends is in time', () => {
    const course = declared(1, '14:00').do('14:12', open('h')).do('14:27:00', confirm('h'))
    expect(course.effects.at(-1)).toMatchObject({
      what: 'causeIdentified',
      result: { timely: true },
    })
    expect(course.incident.stamps.identifiedAt).toBe(at('14:27:00'))
  })
  test('HYP-02 a moment later it has expired, and the commander is asked', () => {
    const course = declared(1, '14:00').do('14:12', open('h'))
    expect(course.incident.wakeAt).toBe(at('14:27:00.001'))
    course.do('14:27:00.001', { kind: 'woke' })
    expect(verdict(course.incident, 'h')).toBe('expired')
    expect(course.effects).toContainEqual(
      expect.objectContaining({ kind: 'tellPeople', people: ['ic'], what: 'hypothesisExpired' }),
    )
  })
  test('HYP-03 it is extended once, with a reason', () => {
    const extend = {
      kind: 'hypothesisExtended',
      id: 'h',
      reason: 'logs are on their way',
      forMs: 600_000,
    } as const
    const course = declared(1, '14:00').do('14:12', open('h')).do('14:26', extend)
    expect(course.incident.hypotheses[0]?.expiresAt).toBe(at('14:37'))
    expect(course.refused('14:30', extend).reason).toBe('extendedBefore')
    expect(
      declared(1, '14:00')
        .do('14:12', open('h'))
        .refused('14:13', { ...extend, reason: ' ' }).reason,
    ).toBe('reasonNeeded')
  })
  test('HYP-04 one path at a time for each investigator', () => {
    const course = declared(1, '14:00').do('14:00', open('a'))
    expect(course.refused('14:05', open('b')).reason).toBe('hasAnotherOpen')
    course
      .do('14:05', open('c', 'y'))
      .do('14:06', { kind: 'hypothesisDisposed', id: 'a', verdict: 'parked' })
      .do('14:06', open('b'))
    expect(course.incident.hypotheses).toHaveLength(3)
  })
  test('HYP-05 a cause that is taken back is not known any more', () => {
    const course = declared(1, '14:00')
      .do('14:10', open('h'))
      .do('14:20', confirm('h'))
      .do('14:40', { kind: 'hypothesisWithdrawn', id: 'h' })
    expect([course.incident.stamps.identifiedAt, course.incident.status]).toEqual([
      null,
      'investigating',
    ])
    expect(course.incident.wakeAt).toBe(at('15:10'))
  })
  test('HYP-06 confirmed by the success of the mitigation', () => {
    const early = declared(2, '14:08').do('14:12', open('h')).do('14:23', confirm('h'))
    expect(early.effects.at(-1)).toMatchObject({ result: { timely: true } })
    const late = declared(2, '14:08')
      .do('14:12', open('h'))
      .do('14:27:01', { kind: 'woke' })
      .do('14:30', confirm('h'))
    expect(late.effects.at(-1)).toMatchObject({ result: { timely: false } })
  })
  test('what was ruled out is kept, and may be tried again with a box of its own', () => {
    const course = declared(1, '14:00')
      .do('14:00', open('a'))
      .do('14:05', { kind: 'hypothesisDisposed', id: 'a', verdict: 'refuted' })
    course.do('14:30', { kind: 'hypothesisReopened', id: 'a' })
    expect(course.incident.hypotheses[0]).toMatchObject({
      attempt: 2,
      verdict: 'open',
      expiresAt: at('14:45'),
    })
  })
})

describe('time', () => {
  test('T2 brings in the next tier, again and again, and once for each time', () => {
    const course = declared(1)
      .do('10:30', { kind: 'woke' })
      .do('10:30', { kind: 'woke' })
      .do('11:00', { kind: 'woke' })
    expect(course.effects.filter((one) => one.kind === 'nextTier')).toEqual([
      { kind: 'nextTier', rule: 'T2', count: 1 },
      { kind: 'nextTier', rule: 'T2', count: 2 },
    ])
  })
  test('waking twice at one instant changes nothing', () => {
    const once = declared(1).do('10:31', { kind: 'woke' }).incident
    expect(follow(once).do('10:31', { kind: 'woke' }).incident).toEqual(once)
  })
})

describe('somebody is asked, once', () => {
  test('ROL-05 nobody commands a SEV1 five minutes after it was declared: whoever is on call to command is paged', () => {
    const course = follow().do('12:00', { kind: 'declared', level: 1, summary: 'Checkout fails' })
    expect(course.incident.wakeAt).toBe(at('12:05'))
    course.do('12:04:59.999', { kind: 'woke' })
    expect(course.effects.filter((one) => one.kind === 'page')).toEqual([])
    course.do('12:05', { kind: 'woke' }).do('12:06', { kind: 'woke' })
    expect(course.effects.filter((one) => one.kind === 'page')).toEqual([
      { kind: 'page', seat: 'commander', rule: 'commandMissing' },
    ])
    expect(
      declared(1, '12:00')
        .do('12:05', { kind: 'woke' })
        .effects.filter((one) => one.kind === 'page'),
    ).toEqual([])
  })
  test('after four hours in command, whoever holds it is asked whether somebody should take over', () => {
    const relief = (course: ReturnType<typeof declared>) =>
      course.effects.filter((one) => one.kind === 'tellPeople' && one.what === 'relief').length
    const course = declared(2, '10:00').do('13:59', { kind: 'woke' })
    expect(relief(course)).toBe(0)
    course.do('14:00', { kind: 'woke' }).do('15:00', { kind: 'woke' })
    expect(relief(course)).toBe(1)
    course.do('15:00', { kind: 'roleTaken', role: 'commander', personId: 'next' })
    course.do('18:59', { kind: 'woke' }).do('19:00', { kind: 'woke' })
    expect(relief(course)).toBe(2)
  })
})
