/**
 * The deterministic simulator: the engine itself on memory, a pretend clock, two workers, people who
 * answer or do not, and everything that goes wrong. One seed is one story, always the same.
 */
import type { Directory } from '../../src/directory/directory.ts'
import { createRouter } from '../../src/alerts/route.ts'
import type { Signal } from '../../src/alerts/source.ts'
import { openDesk } from '../../src/engine/desk.ts'
import { createIntake } from '../../src/engine/intake.ts'
import { createSender, type Sender } from '../../src/engine/sender.ts'
import { whatIsWrong } from '../../src/engine/sound.ts'
import { tick } from '../../src/engine/tick.ts'
import type { Tools } from '../../src/engine/tools.ts'
import * as respond from '../../src/engine/verbs/respond.ts'
import { makeId } from '../../src/lib/id.ts'
import { MINUTE, SECOND } from '../../src/lib/instant.ts'
import { Problem } from '../../src/lib/problem.ts'
import type { Outcome, Outgoing } from '../../src/notify/channel.ts'
import { CALL_MS_MAX, LEASE_MS } from '../../src/notify/page.ts'
import { type MakeStage, onMemory } from './stage.ts'

/** mulberry32: small, seeded, good enough to choose with. */
function chooser(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const FAULTS = [
  'crashBeforeCommit',
  'crashAfterCommit',
  'serializationFailure',
  'workerDies',
  'workerPausesBeyondItsLease',
  'provider500',
  'provider429',
  'providerGone',
  'acceptedThenTimeout',
  'answerLost',
  'clockJumps',
  'personRemoved',
  'poisonRow',
  'lateSignals',
  'doubledSignals',
] as const
type Fault = (typeof FAULTS)[number]

/** The transaction breaks, before it was committed or without anybody learning that it was. */
class Crash extends Problem {
  constructor(when: string) {
    super('unavailable', 'databaseUnavailable', `crash ${when} the commit`)
  }
}

type Call = {
  worker: number
  message: Outgoing
  contactId: string
  settle: (outcome: Outcome) => void
  startedAt: number
}

export type Simulated = { seed: number; steps: number; wrong: string | null; trace: string[] }

export async function simulate(
  seed: number,
  makeStage: MakeStage = onMemory,
  stepsMax = 120,
): Promise<Simulated> {
  const random = chooser(seed)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  const chance = (share: number): boolean => random() < share
  const faults = new Set<Fault>(FAULTS.filter(() => chance(0.4)))
  let isCalm = false
  const has = (fault: Fault, share: number): boolean =>
    !isCalm && faults.has(fault) && chance(share)

  let now = 1_000_000 * MINUTE
  let directory = makeDirectory(random)
  const trace: string[] = []
  const note = (text: string): void => {
    trace.push(`${((now - 1_000_000 * MINUTE) / MINUTE).toFixed(2)} ${text}`)
    if (trace.length > 60) trace.shift()
  }
  const tools: Tools = {
    makeId: (at) =>
      makeId(at, (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256))),
    jitter: random,
    loudnessOf: (kind) => (kind === 'webhook' ? 'push' : kind === 'email' ? 'quiet' : null),
    routerFor: (found) =>
      createRouter(found.routes, found.sources, found.services, () => undefined),
    alarm: (what) => note(`alarm ${what}`),
  }
  const store = await makeStage(
    () => now,
    () => directory,
  )
  store.onCommit = (when) => {
    if (when === 'before' && has('serializationFailure', 0.05))
      throw new Problem('unavailable', 'databaseUnavailable', 'again')
    if (when === 'before' && has('crashBeforeCommit', 0.05)) throw new Crash('before')
    if (when === 'after' && has('crashAfterCommit', 0.05)) throw new Crash('after')
  }

  const calls: Call[] = []
  const dead = new Set<string>()
  const accepted = new Map<string, number>()
  const unknown = new Map<string, number>()
  const problems: string[] = []
  const add = (map: Map<string, number>, key: string): void =>
    void map.set(key, (map.get(key) ?? 0) + 1)

  const makeSender = (worker: number): Sender =>
    createSender({
      store,
      tools,
      channelOf: () => ({
        describe: {
          kind: 'webhook',
          label: '',
          loudness: 'push',
          needs: 'nothing',
          contact: [],
          settings: [],
        },
        send: (message, to) =>
          new Promise((settle) => {
            const page = store.memory.rows.page.get(message.idempotencyKey.split(':')[0] ?? '')
            // I3: nothing starts for a page that has been answered.
            if (page && page.status !== 'open')
              problems.push(`a call began for a page that is ${page.status}`)
            calls.push({
              worker,
              message,
              contactId: String(to.contact.id),
              settle,
              startedAt: now,
            })
          }),
      }),
      destinationOf: (_kind, fields) => ({ contact: fields, settings: {} }),
      linkFor: () => null,
      nextFor: () => null,
      timeLimit: () => new AbortController().signal,
      onTrouble(cause) {
        note(`trouble ${cause}`)
        // A result that could not be written down may come too late: its outcome counts as unknown.
        for (const attempt of store.memory.rows.attempt.values()) {
          if (attempt.status === 'claimed') add(unknown, `${attempt.pageId}:${attempt.slot}`)
        }
      },
    })
  const workers = [0, 1].map((number) => ({ number, sender: makeSender(number), pausedUntil: 0 }))
  const intake = createIntake(store, tools, () => undefined)
  const quietly = async (work: Promise<unknown>): Promise<void> => {
    await work.catch((cause) => note(`${cause}`))
  }

  /** What the provider does with one call; unknown outcomes may have been accepted. */
  function answer(call: Call): void {
    const key = call.message.idempotencyKey
    const accept = (): void => add(accepted, key)
    if (dead.has(call.contactId)) return call.settle({ kind: 'gaveUp', reason: 'gone' })
    if (has('providerGone', 0.1)) {
      dead.add(call.contactId)
      return call.settle({ kind: 'gaveUp', reason: 'gone' })
    }
    if (has('provider500', 0.3)) return call.settle({ kind: 'tryAgain', reason: 'http500' })
    if (has('provider429', 0.2))
      return call.settle({ kind: 'tryAgain', reason: 'http429', retryAfterMs: 20_000 })
    if (has('acceptedThenTimeout', 0.2)) {
      accept()
      add(unknown, key)
      return call.settle({ kind: 'unknown', reason: 'timeout' })
    }
    if (has('answerLost', 0.1)) {
      add(unknown, key)
      return call.settle({ kind: 'unknown', reason: 'connectionReset' })
    }
    accept()
    call.settle({ kind: 'sent', providerId: null })
  }

  /** The process is gone with what it had under way; whether the provider has it, nobody knows. */
  function kill(worker: (typeof workers)[number]): void {
    for (let index = calls.length - 1; index >= 0; index -= 1) {
      const call = calls[index] as Call
      if (call.worker !== worker.number) continue
      calls.splice(index, 1)
      add(unknown, call.message.idempotencyKey)
      if (chance(0.5)) add(accepted, call.message.idempotencyKey)
    }
    worker.sender = makeSender(worker.number)
  }

  function signal(): Signal {
    const action = pick(['trigger', 'trigger', 'trigger', 'resolve', 'acknowledge'] as const)
    const occurredAt =
      faults.has('lateSignals') && chance(0.5) ? now - Math.floor(random() * 10) * MINUTE : null
    return {
      action,
      dedupKey: `k${Math.floor(random() * 4)}`,
      groupKey: chance(0.3) ? 'g' : null,
      occurredAt,
      title: 'x',
      severity: pick(['critical', 'error', 'warning']),
      labels: {},
      annotations: {},
      links: [],
      endsAt: null,
    }
  }

  async function verb(): Promise<void> {
    const groups = [...store.memory.rows.group.values()]
    const group = groups.length > 0 ? pick(groups) : null
    if (!group) return
    const pages = [...store.memory.rows.page.values()].filter((page) => page.groupId === group.id)
    const name = pick([
      'acknowledge',
      'acknowledge',
      'release',
      'snooze',
      'escalate',
      'notMine',
      'resolve',
      'pageAlso',
    ] as const)
    note(`${name} ${group.id.slice(-4)}`)
    await store.transaction('web', async (tx) => {
      const desk = await openDesk(tx, tools, {
        kind: 'person',
        id: pick([...directory.people.keys()]),
        through: 'web',
      })
      if (name === 'resolve') await respond.resolve(desk, group.id)
      else {
        const found = await respond.fetchGroup(desk, group.id)
        if (name === 'acknowledge') respond.acknowledge(desk, found)
        if (name === 'release') respond.release(desk, found)
        if (name === 'snooze') respond.snooze(desk, found, now + 3 * MINUTE)
        if (name === 'escalate') respond.escalate(desk, found)
        if (name === 'notMine' && pages.length > 0) respond.notMine(desk, found, pick(pages).id)
        if (name === 'pageAlso' && found.climbId && found.status !== 'resolved')
          respond.pageAlso(desk, found, { kind: 'person', id: pick([...directory.people.keys()]) })
      }
      await desk.save()
    })
  }

  async function step(): Promise<void> {
    const worker = pick(workers)
    const isPaused = worker.pausedUntil > now
    const dice = random()
    if (dice < 0.16) {
      const one = signal()
      note(`${one.action} ${one.dedupKey}`)
      const times = has('doubledSignals', 0.5) ? 2 : 1
      for (let sent = 0; sent < times; sent += 1) {
        await quietly(
          intake.accept({
            sourceId: SOURCE,
            path: '/',
            body: '',
            received: { signals: [one], changes: [], problems: [] },
            status: 202,
            replayOf: null,
          }),
        )
      }
    } else if (dice < 0.42) {
      if (!isPaused) await quietly(tick(store, tools))
    } else if (dice < 0.62) {
      if (!isPaused) await quietly(worker.sender.sendDue())
    } else if (dice < 0.78) {
      const at = calls.findIndex((call) => (workers[call.worker]?.pausedUntil ?? 0) <= now)
      if (at >= 0) answer(calls.splice(at, 1)[0] as Call)
    } else if (dice < 0.86) await quietly(verb())
    else if (dice < 0.88 && has('workerDies', 0.7)) {
      note(`worker ${worker.number} dies`)
      kill(worker)
    } else if (dice < 0.9 && has('workerPausesBeyondItsLease', 0.7)) {
      note(`worker ${worker.number} pauses`)
      worker.pausedUntil = now + LEASE_MS * 3
      // What it has under way is lost to the others; its answer will come as a zombie's.
      for (const call of calls)
        if (call.worker === worker.number) add(unknown, call.message.idempotencyKey)
    } else if (dice < 0.91 && has('personRemoved', 0.7)) {
      const people = new Map(directory.people)
      people.delete(pick([...people.keys()]))
      if (people.size > 1) directory = { ...directory, people, version: directory.version + 1 }
      note('a person is removed')
    } else if (dice < 0.92 && has('poisonRow', 0.5)) {
      const climbs = [...store.memory.rows.climb.values()].filter((climb) => climb.endedAt === null)
      if (climbs.length > 0) {
        const climb = pick(climbs)
        note('a row is poisoned')
        await store.poison(climb.id)
      }
    } else {
      const span = has('clockJumps', 0.2)
        ? 90 * MINUTE
        : pick([SECOND, 5 * SECOND, 20 * SECOND, MINUTE, 3 * MINUTE])
      now += span
      // A call that hangs is given up by its own time limit before its lease ends.
      for (const call of [...calls]) {
        if (now - call.startedAt > CALL_MS_MAX && (workers[call.worker]?.pausedUntil ?? 0) <= now) {
          calls.splice(calls.indexOf(call), 1)
          add(unknown, call.message.idempotencyKey)
          call.settle({ kind: 'unknown', reason: 'timeout' })
        }
      }
    }
    await store.settled()
  }

  function check(): string | null {
    const { rows, entries } = store.memory
    const poisoned = [...rows.climb.values()].some((climb) => climb.ladder === null)
    const wrong = [...problems]
    if (!poisoned)
      wrong.push(
        ...whatIsWrong({
          alerts: [...rows.alert.values()],
          groups: rows.group,
          climbs: rows.climb,
          pages: rows.page,
          attempts: [...rows.attempt.values()],
        }),
      )
    if (!poisoned) wrong.push(...unkept())
    if (!faults.has('poisonRow')) {
      for (const row of [...rows.alert.values(), ...rows.climb.values()]) {
        if (row.quarantine !== null) wrong.push(`${row.id} is in quarantine: ${row.quarantine}`)
      }
    }
    // I5: at most one more than the outcomes nobody knows.
    for (const [key, count] of accepted) {
      if (count > 1 + (unknown.get(key) ?? 0))
        wrong.push(
          `${key} was delivered ${count} times with ${unknown.get(key) ?? 0} unknown outcomes`,
        )
    }
    // I21: one entry a page opened, one a page closed.
    const opened = entries.filter((entry) => entry.kind === 'paged').length
    if (opened !== rows.page.size)
      wrong.push(`${rows.page.size} pages, ${opened} entries that say so`)
    const closed = [...rows.page.values()].filter((page) => page.status !== 'open').length
    const said = entries.filter((entry) => entry.kind === 'pageClosed').length
    if (closed !== said) wrong.push(`${closed} pages ended, ${said} entries that say so`)
    return wrong[0] ?? null
  }

  /** Promises that hold at every moment: somebody is on it, and nothing was given up in silence. */
  function unkept(): string[] {
    const { rows } = store.memory
    const wrong: string[] = []
    const attempts = [...rows.attempt.values()]
    const isLost = (pageId: string): boolean => {
      const mine = attempts.filter((attempt) => attempt.pageId === pageId)
      return (
        mine.length > 0 &&
        mine.every((attempt) => attempt.status === 'failed' || attempt.status === 'cancelled')
      )
    }
    for (const page of rows.page.values()) {
      if (page.status !== 'open') continue
      const mine = attempts.filter((attempt) => attempt.pageId === page.id)
      for (const attempt of mine) {
        // I12: a failure that may pass is followed by another try for as long as the page is open.
        const isLast = !mine.some(
          (one) => one.slot === attempt.slot && one.tryNumber > attempt.tryNumber,
        )
        if (isLast && attempt.status === 'failed' && attempt.reason?.startsWith('http')) {
          wrong.push(
            `attempt ${attempt.id} failed for now (${attempt.reason}) and is not tried again`,
          )
        }
      }
    }
    for (const climb of rows.climb.values()) {
      if (climb.state.status !== 'climbing' || climb.quarantine !== null) continue
      const { step, round } = climb.state
      const here = [...rows.page.values()].filter(
        (page) => page.climbId === climb.id && page.step === step,
      )
      // I10: it waits only where it has paged somebody.
      if (!here.some((page) => page.round === round))
        wrong.push(`climb ${climb.id} waits at a step where it paged nobody`)
      // I11: and not for people of whom all have turned out to be out of reach.
      const open = here.filter((page) => page.status === 'open')
      if (open.length > 0 && open.every((page) => isLost(page.id)))
        wrong.push(`climb ${climb.id} waits for people it cannot reach`)
    }
    return wrong
  }

  let steps = 0
  for (; steps < stepsMax; steps += 1) {
    await step()
    const wrong = check()
    if (wrong) return { seed, steps, wrong, trace }
  }
  const wrong = await settleDown()
  return { seed, steps, wrong, trace }

  /** No more faults: in the end every obligation is met, and nothing is late. */
  async function settleDown(): Promise<string | null> {
    isCalm = true
    store.onCommit = () => undefined
    await store.putPoisonedAside()
    await store.settled()
    for (const worker of workers) worker.pausedUntil = 0
    for (let round = 0; round < 40; round += 1) {
      for (let again = 0; again < 40; again += 1) {
        let moved = 0
        await quietly(tick(store, tools).then((count) => void (moved += count)))
        for (const worker of workers) {
          await quietly(worker.sender.sendDue().then((count) => void (moved += count)))
        }
        moved += calls.length
        while (calls.length > 0) answer(calls.shift() as Call)
        await store.settled()
        if (moved === 0) break
      }
      const bad = check()
      if (bad) return `in the end: ${bad}`
      const late = lateRow()
      if (late) return `in the end: ${late}`
      now += 45 * SECOND
    }
    return unmet()
  }

  function lateRow(): string | null {
    const { rows } = store.memory
    for (const row of [...rows.alert.values(), ...rows.climb.values(), ...rows.attempt.values()]) {
      if ('quarantine' in row && row.quarantine !== null) continue
      if (row.wakeAt !== null && row.wakeAt < now)
        return `a row that was due at ${(row.wakeAt - now) / SECOND} s is still waiting`
    }
    for (const attempt of rows.attempt.values()) {
      // I17: a claim that nobody holds any more has an end.
      if (attempt.status === 'claimed' && now - (attempt.startedAt ?? now) > LEASE_MS + MINUTE) {
        return `attempt ${attempt.id} has been claimed for ${(now - (attempt.startedAt ?? now)) / SECOND} s`
      }
    }
    return null
  }

  /** A page that stayed open reached its person, or everything that could be tried for them is out of order. */
  function unmet(): string | null {
    const { rows } = store.memory
    for (const page of rows.page.values()) {
      if (page.status !== 'open') continue
      const climb = rows.climb.get(page.climbId)
      if (climb?.quarantine) continue
      const tries = [...rows.attempt.values()].filter((attempt) => attempt.pageId === page.id)
      if (
        tries.some(
          (attempt) =>
            attempt.status === 'sent' ||
            attempt.status === 'unknown' ||
            attempt.status === 'waiting',
        )
      )
        continue
      const person = directory.people.get(page.personId)
      const isGone = !person || tries.every((attempt) => dead.has(attempt.contactId))
      if (!isGone) return `page ${page.id}: open, never delivered, and nothing is going to try`
      // They cannot be reached, so the climb must not be standing still for them.
      if (climb?.state.status === 'climbing' && climb.state.wakeAt < now)
        return `climb ${climb.id} stands still for somebody who cannot be reached`
    }
    return null
  }
}

/** The same ids in every story, of the shape that a database takes. */
const uid = (kind: string, number: number): string =>
  `00000000-0000-7000-8000-${kind}${number.toString(16).padStart(11, '0')}`
const LADDER = uid('d', 0)
const SERVICE = uid('e', 0)
const SOURCE = uid('f', 0)

function makeDirectory(random: () => number): Directory {
  const count = 2 + Math.floor(random() * 4)
  const ids = Array.from({ length: count }, (_, number) => uid('a', number))
  const any = (): string => ids[Math.floor(random() * ids.length)] as string
  const people = new Map(
    ids.map((id, who) => {
      const contacts = Array.from(
        { length: Math.floor(random() * 3) + (random() < 0.9 ? 1 : 0) },
        (_, number) => ({
          id: uid('c', who * 10 + number),
          slug: `c${number}`,
          kind: random() < 0.8 ? 'webhook' : 'email',
          fields: { id: uid('c', who * 10 + number) },
          verifiedAt: null,
          isOwn: false,
          disabledReason: null,
        }),
      )
      return [
        id,
        {
          id,
          slug: id,
          name: id,
          email: null,
          timezone: 'UTC',
          locale: 'en',
          calendarId: null,
          role: 'responder' as const,
          contacts,
          rules: null,
        },
      ]
    }),
  )
  const steps = Array.from({ length: Math.floor(random() * 4) }, () => ({
    targets: Array.from({ length: Math.floor(random() * 3) }, () => ({
      kind: 'person' as const,
      id: any(),
    })),
    waitMs: (1 + Math.floor(random() * 5)) * MINUTE,
  }))
  return {
    version: 1,
    organisation: {
      name: 'x',
      fallback: [{ kind: 'person', id: any() }],
      pausedAt: null,
      epoch: 1,
    },
    people,
    teams: new Map(),
    schedules: new Map(),
    ladders: new Map([
      [
        LADDER,
        {
          id: LADDER,
          slug: 'l',
          name: 'l',
          teamId: null,
          steps,
          repeat: Math.floor(random() * 3),
          acknowledgementTimeoutMs: random() < 0.3 ? 10 * MINUTE : null,
        },
      ],
    ]),
    services: new Map([
      [
        SERVICE,
        {
          id: SERVICE,
          slug: 's',
          name: 's',
          teamId: null,
          tier: null,
          escalationId: LADDER,
          urgency: random() < 0.7 ? 'high' : 'bySeverity',
          groupBy: null,
          pauseMs: random() < 0.3 ? MINUTE : 0,
          repository: null,
          channel: null,
          runbookUrl: null,
          dependsOn: [],
          isPrivate: false,
        },
      ],
    ]),
    sources: new Map([
      [
        SOURCE,
        {
          id: SOURCE,
          slug: 's',
          name: 's',
          kind: 'x',
          serviceId: SERVICE,
          teamId: null,
          ignoreLabels: [],
        },
      ],
    ]),
    routes: [],
    silences: [],
    maintenances: [],
  }
}
