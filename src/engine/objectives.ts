/**
 * Looks at objectives when they are due: what was counted is measured, `slo/decide.ts` says what
 * follows, and what it says is done in the same transaction as the alert that pages. One short
 * transaction each: one that cannot be looked at keeps no other waiting.
 */
import { isDeepStrictEqual } from 'node:util'
import { fold } from '../alerts/fold.ts'
import { OBJECTIVE_SOURCE } from '../alerts/routed.ts'
import type { Signal } from '../alerts/source.ts'
import type { Db, Tx } from '../db/tx.ts'
import type { DirectoryCache } from '../directory/store.ts'
import type { Id } from '../lib/id.ts'
import { DAY, MINUTE, SECOND, toIso } from '../lib/instant.ts'
import { Problem } from '../lib/problem.ts'
import { decide, type Effect, type State, type Subject, SUBJECTS } from '../slo/decide.ts'
import { type Meaning, meaningOf } from '../slo/definition.ts'
import { askFor, type Measured, measure, promisesOf } from '../slo/measure.ts'
import type { Objective } from '../slo/objective.ts'
import {
  type CountedAs,
  countSpans,
  dueObjectives,
  findEvery,
  forgetCounts,
  forgetReadings,
  listTargets,
  lockDue,
  putOff,
  recount,
  saveStanding,
  type Standing,
} from '../slo/store.ts'
import { asksOf, percentText, titleOf } from '../slo/words.ts'
import { ENGINE } from '../timeline/entry.ts'
import { type Desk, openDesk } from './desk.ts'
import { settle } from './settle.ts'
import { engineTx } from './store-sql.ts'
import type { Tools } from './tools.ts'

const BATCH_MAX = 50
export const LOOK_EVERY_MS = 30 * SECOND
const AFTER_TROUBLE_MS = 5 * MINUTE
/** The longest window, and a day. */
const KEEP_MS = 401 * DAY

export type ObjectiveDeps = { db: Db; directoryAt: DirectoryCache; tools: Tools }

/** Gives how many objectives were looked at. */
export async function lookAtObjectives(deps: ObjectiveDeps): Promise<number> {
  const ids = await deps.db.withTx('paging', async (tx) => {
    const directory = await deps.directoryAt(tx)
    return directory.organisation.pausedAt === null ? dueObjectives(tx, BATCH_MAX) : []
  })
  for (const id of ids) await lookAt(deps, id)
  return ids.length
}

async function lookAt(deps: ObjectiveDeps, id: Id): Promise<void> {
  try {
    await deps.db.withTx('paging', async (tx) => {
      const standing = await lockDue(tx, id)
      if (!standing) return
      const desk = await openDesk(engineTx(tx, deps.directoryAt), deps.tools, ENGINE)
      await look(tx, desk, standing)
      await desk.save()
    })
  } catch (cause) {
    if (cause instanceof Problem && cause.code === 'unavailable') throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    deps.tools.alarm('an objective cannot be looked at', { id, why })
    await deps.db.withTx('paging', (tx) => putOff(tx, id, tx.now + AFTER_TROUBLE_MS))
  }
}

async function look(tx: Tx, desk: Desk, standing: Standing): Promise<void> {
  const [objective] = await findEvery(tx, [standing.objectiveId])
  const meaning = objective && !objective.isGone ? meaningOf(objective.definition) : null
  if (!objective || !meaning) {
    if (objective) await clearAll(desk, objective, standing.state)
    const state: State = { ...standing.state, firing: {}, open: {} }
    await saveStanding(tx, standing.objectiveId, { state, countedAs: null, wakeAt: null })
    return
  }
  const countedAs = await countAnew(tx, objective, standing, meaning)
  const measured = await measureNow(tx, objective, meaning)
  const { state, effects } = decide(standing.state, {
    now: tx.now,
    rows: measured.readings.map(({ row, standing }) => ({ ...row, standing })),
    left: measured.left,
    dataUntil: standing.dataUntil,
    noDataMs: meaning.noDataMs,
  })
  for (const effect of effects) await carryOut(desk, objective, effect, { measured, standing })
  await saveStanding(tx, objective.id, { state, countedAs, wakeAt: tx.now + LOOK_EVERY_MS })
}

/** How it stands now, by what was counted. */
export async function measureNow(
  tx: Tx,
  objective: Objective,
  meaning: Meaning,
): Promise<Measured> {
  const targets = (await listTargets(tx, [objective.id])).get(objective.id) ?? []
  const asked = askFor(meaning, promisesOf(targets), tx.now)
  const spans = [...asked.budget, ...asked.windows]
  return measure(meaning, asked, await countSpans(tx, objective.id, spans, meaning.counting))
}

/** Another way of counting makes other sums of the same counts; another question needs other counts. */
async function countAnew(
  tx: Tx,
  { id, definition: { slices, indicator } }: Objective,
  { countedAs }: Standing,
  meaning: Meaning,
): Promise<CountedAs> {
  const wanted: CountedAs = { slices, indicator }
  if (countedAs === null) return wanted
  if (indicator.metrics !== null && !isDeepStrictEqual(countedAs.indicator, indicator))
    await forgetReadings(tx, id)
  else if (!isDeepStrictEqual(countedAs.slices, slices)) await recount(tx, id, meaning.counting)
  return wanted
}

type About = { measured: Measured; standing: Standing }

async function carryOut(
  desk: Desk,
  objective: Objective,
  effect: Effect,
  { measured, standing }: About,
): Promise<void> {
  if (effect.kind === 'fire') {
    const title = titleOf(objective.name, effect.subject, {
      measured,
      rows: effect.rows,
      dataUntil: standing.dataUntil,
    })
    await signal(desk, objective, effect.subject, { action: 'trigger', title, rows: effect.rows })
  } else if (effect.kind === 'clear') {
    await signal(desk, objective, effect.subject, { action: 'resolve', title: '', rows: [] })
  }
  record(desk, objective, effect, measured)
  if (effect.kind === 'budgetMoved') tellBudget(desk, objective, effect, measured)
}

async function clearAll(desk: Desk, objective: Objective, state: State): Promise<void> {
  for (const subject of SUBJECTS)
    if (state.open[subject] !== undefined)
      await signal(desk, objective, subject, { action: 'resolve', title: '', rows: [] })
}

/** What an objective says takes the way of all signals. */
async function signal(
  desk: Desk,
  objective: Objective,
  subject: Subject,
  said: { action: 'trigger' | 'resolve'; title: string; rows: readonly string[] },
): Promise<void> {
  const dedupKey = `objective:${objective.id}:${subject}`
  const [known] = await desk.fetch({
    kind: 'alert',
    by: 'currentKey',
    values: [{ sourceId: OBJECTIVE_SOURCE, dedupKey }],
  })
  const service = desk.directory.services.get(objective.serviceId)?.slug
  const made: Signal = {
    action: said.action,
    dedupKey,
    groupKey: null,
    occurredAt: null,
    title: said.title,
    severity: subject === 'page' ? 'critical' : 'warning',
    labels: {
      ...(service === undefined ? {} : { service }),
      objective: objective.slug,
      burn: subject,
    },
    annotations: said.rows.length > 0 ? { rows: said.rows.join(', ') } : {},
    links: [],
    endsAt: null,
  }
  const { alert, ended } = fold(known ?? null, made, {
    now: desk.now,
    sourceId: OBJECTIVE_SOURCE,
    makeId: desk.makeId,
  })
  // The ended episode goes first: only one of a key may be current at a time.
  if (ended) await desk.tx.save('alert', [ended])
  if (alert && alert !== known) await settle(desk, [alert])
}

function record(desk: Desk, objective: Objective, effect: Effect, measured: Measured): void {
  const { kind, ...result } = effect
  desk.record({
    subject: { kind: 'objective', id: objective.id },
    happenedAt: desk.now,
    actor: ENGINE,
    kind: { fire: 'burnAlerted', clear: 'burnCleared', budgetMoved: 'budgetMoved' }[kind],
    rule: 'slo.decide',
    inputs: {
      objective: objective.slug,
      until: toIso(measured.until),
      left: measured.left && percentText(measured.left),
      rows: measured.readings.map(({ row, standing, long, short }) => ({
        row: row.name,
        standing,
        long: long && percentText(long, 4),
        short: short && percentText(short, 4),
      })),
    },
    result,
    undo: null,
    groupId: null,
    serviceId: objective.serviceId,
    teamId: objective.teamId,
    visibility: 'everyone',
    drillId: null,
  })
}

/** The team is told what its budget asks for now. */
function tellBudget(
  desk: Desk,
  objective: Objective,
  { to }: Extract<Effect, { kind: 'budgetMoved' }>,
  { left }: Measured,
): void {
  const service = desk.directory.services.get(objective.serviceId)
  const team = desk.directory.teams.get(objective.teamId ?? service?.teamId ?? '')
  const people = new Set([...(team?.memberIds ?? []), ...(team?.leadId ? [team.leadId] : [])])
  for (const personId of people) {
    desk.tell({
      personId,
      kind: 'budgetMoved',
      params: {
        name: objective.name,
        to,
        left: left && percentText(left, 0),
        asks: asksOf(to, objective.definition.policy),
      },
      onceKey: `budget:${objective.id}:${to}:${desk.now}:${personId}`,
      urgency: 'low',
      path: `/reliability/${objective.slug}`,
    })
  }
}

/** Counts that no window can need any more go. */
export const forgetOld = (tx: Tx): Promise<void> => forgetCounts(tx, KEEP_MS)
