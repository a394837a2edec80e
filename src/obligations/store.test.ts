import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type FreshDatabase, freshDatabase } from '../../test/rigs/database.ts'
import type { Principal } from '../access/can.ts'
import type { PoolName, Tx } from '../db/tx.ts'
import { at, BEGUN, claimOf, DUE, idOf, incident, maria, proofAt } from './claims.rig.ts'
import type { Claim, Obligation } from './obligation.ts'
import { settle } from './settle.ts'
import * as store from './store.ts'

let database: FreshDatabase
let now = BEGUN
let made = 100
beforeAll(async () => {
  database = await freshDatabase({ clock: { toVirtual: () => now } })
})
afterAll(() => database.drop())
beforeEach(async () => {
  now = BEGUN
  await inTx((tx) => tx.query('truncate obligations'))
})

const inTx = <T>(work: (tx: Tx) => Promise<T>, pool: PoolName = 'paging'): Promise<T> =>
  database.db.withTx(pool, work)

/** Settles the claims as the engine does: look, decide, save. */
function settleAll(claims: readonly Claim[]): Promise<Obligation[]> {
  return inTx(async (tx) => {
    const subjects = [incident, ...claims.map(({ subject }) => subject)]
    const keys = claims.map(({ key }) => key)
    const known = await store.findForSubjects(tx, subjects, keys)
    const settled = settle(known, claims, tx.now, () => idOf((made += 1)))
    await store.saveObligations(tx, settled.obligations)
    return settled.obligations
  })
}
const keysOf = (rows: readonly Obligation[]) => rows.map(({ key }) => key)
const anyone: Principal = {
  personId: null,
  role: 'responder',
  teamIds: [],
  leadIds: [],
  scopes: null,
}

test('what is saved is read back as it was, in every outcome', async () => {
  await settleAll([
    claimOf({ key: 'a', due: at(90) }),
    claimOf({ key: 'd' }),
    claimOf({ key: 'w' }),
  ])
  now = at(2)
  const waived = await settleAll([claimOf({ key: 'a', due: at(90) }), claimOf({ key: 'd' })])
  now = at(31)
  const role = { kind: 'role', id: 'communications' } as const
  const claims = [
    claimOf({ key: 'a', due: at(90) }),
    claimOf({ key: 'm', ...proofAt(at(10)), teamId: idOf(9), visibility: 'team' }),
    claimOf({ key: 'l', ...proofAt(at(31)), owner: role }),
    claimOf({ key: 'x', supervisor: null, drillId: idOf(8) }),
  ]
  const saved = await settleAll(claims)
  expect(saved.map(({ key, outcome }) => [key, outcome])).toEqual([
    ['d', 'missed'],
    ['m', 'met'],
    ['l', 'late'],
    ['x', 'missed'],
  ])
  const keys = ['w', ...keysOf(saved)]
  const found = await inTx((tx) => store.findForSubjects(tx, [], keys))
  const byKey = (rows: readonly Obligation[]) => new Map(rows.map((row) => [row.key, row]))
  expect(byKey(found)).toEqual(byKey([...waived, ...saved]))
  expect(await settleAll(claims)).toEqual([])
})

test('of its subjects what is owed is found, and by its key what is over', async () => {
  await settleAll([claimOf({ key: 'open' }), claimOf({ key: 'met', ...proofAt(at(0)) })])
  await inTx(async (tx) => {
    expect(keysOf(await store.findForSubjects(tx, [incident], []))).toEqual(['open'])
    expect(keysOf(await store.findForSubjects(tx, [incident], ['met']))).toEqual(['open', 'met'])
    const other = { kind: 'action', id: incident.id }
    expect(await store.findForSubjects(tx, [other], [])).toEqual([])
  })
})

test('what is due is given once, to one of two who ask at the same time, and not in quarantine', async () => {
  await settleAll([claimOf({ key: 'first' }), claimOf({ key: 'second', due: at(33) })])
  expect(await inTx((tx) => store.findDue(tx, 10))).toEqual([])
  now = at(25)
  await inTx(async (tx) => {
    expect(keysOf(await store.findDue(tx, 1))).toEqual(['first'])
    expect(keysOf(await inTx((other) => store.findDue(other, 10)))).toEqual(['second'])
  })
  await inTx((tx) => tx.query("update obligations set quarantine = 'x' where key = 'first'"))
  expect(keysOf(await inTx((tx) => store.findDue(tx, 10)))).toEqual(['second'])
})

test('two who open the same at once open it once', async () => {
  const claims = [claimOf({ key: 'a' }), claimOf({ key: 'b' })]
  const opened = await Promise.all([settleAll(claims), settleAll(claims), settleAll(claims)])
  expect(opened.flat()).toHaveLength(2)
})

test('a person owes what is theirs and their teams’, the most urgent first, until it is done', async () => {
  const team = { kind: 'team', id: idOf(9) } as const
  const claims = [
    claimOf({ key: 'mine' }),
    claimOf({ key: 'ours', owner: team, due: at(20) }),
    claimOf({ key: 'theirs', owner: { kind: 'team', id: idOf(10) } }),
    claimOf({ key: 'done', ...proofAt(at(0)) }),
    claimOf({ key: 'dropped', due: at(5) }),
  ]
  await settleAll(claims)
  now = at(22)
  await settleAll(claims.filter(({ key }) => key !== 'dropped'))
  const owed = await inTx((tx) => store.listOwedBy(tx, maria.id, [team.id]), 'web')
  expect(owed.map(({ key, outcome }) => [key, outcome])).toEqual([
    ['ours', 'missed'],
    ['mine', 'open'],
  ])
})

test('of a subject only what one may see is listed', async () => {
  await settleAll([
    claimOf({ key: 'all' }),
    claimOf({ key: 'private', teamId: idOf(9), visibility: 'team' }),
  ])
  const listed = (who: Principal) =>
    inTx(async (tx) => keysOf(await store.listForSubject(tx, who, incident)), 'web')
  expect(await listed(anyone)).toEqual(['all'])
  expect(await listed({ ...anyone, teamIds: [idOf(9)] })).toEqual(['all', 'private'])
  expect(await listed({ ...anyone, role: 'admin' })).toEqual(['all', 'private'])
})

test('the report counts what was due in the period by rule and outcome, without drills', async () => {
  await settleAll([claimOf({ key: 'dropped' })])
  now = at(31)
  await settleAll([
    claimOf({ key: 'met', ...proofAt(at(1)) }),
    claimOf({ key: 'met too', ...proofAt(at(2)) }),
    claimOf({ key: 'missed', rule: 'incident.respond' }),
    claimOf({ key: 'drill', drillId: idOf(8) }),
    claimOf({ key: 'later', due: at(60) }),
  ])
  // The one that was claimed no more had been due a minute before: it counts as missed.
  const counted = (from: number, to: number, who = anyone, teamId: string | null = null) =>
    inTx((tx) => store.compliance(tx, who, { from, to, teamId }), 'web')
  const none = { level: null, isLapsed: false }
  expect(await counted(DUE, DUE + 1)).toEqual([
    { ...none, rule: 'incident.respond', outcome: 'missed', count: 1 },
    { ...none, rule: 'message.cadence', outcome: 'met', count: 2 },
    { ...none, rule: 'message.cadence', outcome: 'missed', count: 1 },
  ])
  expect(await counted(DUE + 1, at(60))).toEqual([])
  expect(await counted(DUE, DUE + 1, anyone, idOf(9))).toEqual([])
})

test('the report is of one team where it is asked for, and leaves out what is private to others', async () => {
  await settleAll([
    claimOf({ key: 'all', teamId: idOf(9) }),
    claimOf({ key: 'private', teamId: idOf(9), visibility: 'team' }),
    claimOf({ key: 'others', teamId: idOf(7) }),
  ])
  const counted = async (who: Principal, teamId: string | null) =>
    (
      await inTx((tx) => store.compliance(tx, who, { from: DUE, to: DUE + 1, teamId }), 'web')
    ).reduce((sum, one) => sum + one.count, 0)
  expect(await counted(anyone, idOf(9))).toBe(1)
  expect(await counted({ ...anyone, teamIds: [idOf(9)] }, idOf(9))).toBe(2)
  expect(await counted({ ...anyone, role: 'admin' }, null)).toBe(3)
})

test('one is found by its id, or not', async () => {
  const [saved] = await settleAll([claimOf()])
  if (!saved) throw new Error('nothing was opened')
  expect(await inTx((tx) => store.findObligation(tx, saved.id))).toEqual(saved)
  expect(await inTx((tx) => store.findObligation(tx, idOf(999)))).toBeNull()
})
