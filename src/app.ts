/** Puts the parts together: storage, engine, doors. Everything that runs is started and stopped here. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCodes, createLinks, createTestCodes } from './access/secret.ts'
import { makeSetupLink } from './access/store.ts'
import { createSigner } from './audit/signature.ts'
import { sealAudit } from './audit/store.ts'
import { createRouter } from './alerts/route.ts'
import type { PipelineFacts } from './alerts/pipeline.ts'
import type { Config } from './config.ts'
import { backup } from './db/backup.ts'
import { type Embedded, startEmbedded } from './db/embedded.ts'
import { migrate } from './db/migrate.ts'
import { type Clock, createDb, type Db } from './db/tx.ts'
import type { Directory } from './directory/directory.ts'
import { createDirectoryCache } from './directory/store.ts'
import { createEgress } from './egress/egress.ts'
import { type Beat, startBeat } from './engine/beat.ts'
import { settleDeliveries } from './engine/deliveries.ts'
import { checkHealth, countStates, type Health } from './engine/health.ts'
import { sendCanaries } from './engine/canary.ts'
import { type FeedDeps, readFeed } from './engine/feeds.ts'
import { createHear } from './engine/hear.ts'
import { createKeeper } from './engine/keep.ts'
import { createIntake } from './engine/intake.ts'
import { probe } from './engine/probe.ts'
import { startListening } from './engine/listen.ts'
import { beginFollowing } from './engine/follow.ts'
import { createSender } from './engine/sender.ts'
import { createSpend } from './engine/spend.ts'
import { createSqlStore } from './engine/store-sql.ts'
import { forgetOld, lookAtObjectives } from './engine/objectives.ts'
import { watchLoad } from './engine/overload.ts'
import { readDue } from './engine/readings.ts'
import { tellDue } from './engine/tell.ts'
import { tick } from './engine/tick.ts'
import { watchReady } from './engine/ready.ts'
import type { Tools } from './engine/tools.ts'
import { watchIncidents } from './engine/commanding.ts'
import { watchDuty } from './engine/watch.ts'
import { forecast, forecastForService, nextSentence, whoSentence } from './foresee/who.ts'
import type { HttpDeps } from './http/deps.ts'
import { type HttpServer, listen } from './http/server.ts'
import {
  CARRIERS,
  CHANNELS,
  createChannels,
  EARS,
  LISTENERS,
  METRICS_READERS,
  SOURCE_KINDS,
} from './integrations/registry.ts'
import { openMailDoor } from './integrations/smtp/hear.ts'
import { WEB_PUSH } from './integrations/web-push/describe.ts'
import { privateKeyFrom, publicKeyOf } from './integrations/web-push/vapid.ts'
import { makeId, pooled } from './lib/id.ts'
import { createSealer, deriveKey, type Sealer } from './lib/seal.ts'
import { Problem } from './lib/problem.ts'
import { createProvider } from './sign-in/provider.ts'
import { createMeter } from './metrics.ts'
import { numbersOf } from './notify/carrier.ts'
import { readMeasures } from './notify/carrier-store.ts'
import { type Destination, isSetUp, textOf } from './notify/channel.ts'
import { forgetReplies } from './notify/reply-store.ts'

export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  what: string,
  detail?: Record<string, unknown>,
) => void

export type App = {
  url: string
  db: Db
  deps: HttpDeps
  /** Where mail that answers pages is taken; null: nowhere. */
  mailPort: number | null
  /** The one-time link of the first start; null once somebody has set it up. */
  setupUrl: string | null
  /** One round of deciding and sending, for those who bend the clock. */
  beat(): Promise<void>
  stop(): Promise<void>
}

export type AppOptions = {
  config: Config
  log: Log
  version: string
  migrations: string
  assets?: HttpDeps['assets']
  clock?: Clock
  /** Off for tests that beat by hand. */
  beats?: boolean
  beatMs?: number
}

const HEALTH_MS = 30_000
const CHORES_MS = 5_000
const TELL_MS = 2_000
const SEAL_MS = 1_000
const LOOK_MS = 1_000
const LOAD_MS = 3_600_000
const CANARY_MS = 60_000

export async function startApp(options: AppOptions): Promise<App> {
  const { log } = options
  const stops: (() => Promise<unknown> | unknown)[] = []
  try {
    return await assemble(options, stops)
  } catch (cause) {
    for (const stop of stops.toReversed())
      await Promise.resolve(stop()).catch((one) =>
        log('warn', 'while stopping', { cause: String(one) }),
      )
    throw cause
  }
}

async function assemble(
  options: AppOptions,
  stops: (() => Promise<unknown> | unknown)[],
): Promise<App> {
  const { config, log } = options
  const { db, embedded } = await openDatabase(options, stops)
  await migrate(db, options.migrations)
  const secret = readSecret(config)
  const sealer = createSealer(secret)
  const links = createLinks(deriveKey(secret, 'links'))
  const codes = createCodes(deriveKey(secret, 'codes'))
  const testCodes = createTestCodes(deriveKey(secret, 'test codes'))
  const postLinks = createLinks(deriveKey(secret, 'posts'))
  const egress = createEgress({ allow: config.egressAllow })
  stops.push(() => egress.close())
  const channels = createChannels(egress, config.publicUrl)
  const webhookSecret = `whsec_${deriveKey(secret, 'webhook').toString('base64')}`
  const settings = createSettings(db, sealer, {
    // What goes out as a webhook of ours is signed, with the organisation's own secret if with no other.
    webhook: { secret: webhookSecret },
    'voice-webhook': { secret: webhookSecret },
    [WEB_PUSH]: { private_key: privateKeyFrom(deriveKey(secret, 'web push')) },
  })
  const directoryAt = createDirectoryCache((what, id, wrong) =>
    log('error', 'left out of the configuration: it cannot be read', { what, id, wrong }),
  )
  const meter = createMeter()
  const loudnessOf: Tools['loudnessOf'] = (kind) => {
    const described = channels.of(kind)?.describe
    // A number that nobody carries to reaches nobody, and the plan has to know.
    const isSilent = described?.carriedBy !== undefined && !settings.isSetUp(kind)
    return isSilent ? null : (described?.loudness ?? null)
  }
  const tools = makeTools(loudnessOf, log)
  const spend = createSpend({ db, channels: CHANNELS, settingsOf: settings.of })
  let costly = ''
  const lookAtCarriers = async (): Promise<void> => {
    channels.standings.update(await db.withTx('chores', readMeasures))
    const over = (await spend.overCap()).join(', ')
    if (over !== '' && over !== costly)
      log('warn', 'above the cap of the month: no tests and notices there, pages go on', { over })
    costly = over
  }
  const store = createSqlStore(db, directoryAt)

  const trouble = (where: string) => (cause: unknown) => {
    const isPassing = cause instanceof Problem && cause.code === 'unavailable'
    log(isPassing ? 'warn' : 'error', where, { cause: detail(cause) })
  }
  let decide: Beat | null = null
  let send: Beat | null = null
  const nudge = (): void => decide?.nudge()
  const intake = createIntake(store, tools, nudge)
  const base = { url: config.publicUrl ?? '' }
  const timeLimit = createTimeLimit()
  const linkFor = (pageId: string): string => `${base.url}/p/${links.make(pageId)}`
  const sender = createSender({
    store,
    tools,
    channelOf: channels.of,
    destinationOf: settings.destinationOf,
    linkFor,
    answersFor: (page) => ({ replyToken: links.makeShort(page.id), code: codes.of(page) }),
    nextFor(claim, { lead }) {
      const climb = claim.climbs.get(lead.climbId)
      const zone = claim.directory.people.get(lead.personId)?.timezone ?? 'UTC'
      if (!climb || climb.state.status === 'stopped') return null
      return nextSentence(
        forecast(claim.directory, climb, claim.now, { loudness: tools.loudnessOf }),
        zone,
      )
    },
    timeLimit,
    onTrouble: trouble('sender'),
    onSent: (attempt, outcome) =>
      meter.count('allclear_attempts_total', {
        channel: attempt.channel,
        carrier: outcome.carrier ?? '',
        outcome: outcome.kind,
        reason: outcome.kind === 'sent' ? '' : outcome.reason,
      }),
  })

  const hear = createHear({
    db,
    directoryAt,
    tools,
    nudge,
    links,
    postLinks,
    codes,
    nextFor: (directory, climb, now, zone) =>
      nextSentence(forecast(directory, climb, now, { loudness: tools.loudnessOf }), zone),
  })
  const health = createHealth(db)
  const runsEngine = config.only === 'all' || config.only === 'engine'
  const decideRound = async (): Promise<boolean> => {
    const rows = await tick(store, tools)
    if (rows > 0) send?.nudge()
    return rows > 0
  }
  /** Everything that is not a page: hand-overs of duty, and what people are told. */
  const tellRound = async (): Promise<boolean> => {
    const settled = await settleDeliveries({ db, directoryAt, tools, nudge })
    const woke =
      (await watchIncidents({ db, directoryAt, tools })) + (await watchDuty(db, directoryAt, tools))
    const told = await tellDue({
      db,
      directoryAt,
      tools,
      channelOf: channels.of,
      destinationOf: settings.destinationOf,
      refusal: spend.refusal,
      publicUrl: () => base.url,
      timeLimit,
    })
    return settled + woke + told > 0
  }
  /** What went out is kept up to date: nobody is paged by it, so nobody waits for it. */
  const keepRound = createKeeper({
    db,
    directoryAt,
    makeId: tools.makeId,
    channels: channels.all,
    destinationOf: settings.destinationOf,
    linkFor,
    tokenFor: postLinks.make,
    publicUrl: () => base.url,
    timeLimit,
    onGivenUp: ({ vendor, room }, reason) =>
      log('warn', 'a post could not be made', { vendor, room, reason }),
  })
  const signer = createSigner(deriveKey(secret, 'audit'))
  /** What was done is put into the chain of the audit, off the way of those who do things. */
  const sealRound = async (): Promise<boolean> =>
    (await db.withTx('chores', (tx) => sealAudit(tx, signer))) > 0
  if (runsEngine) await db.withTx('chores', beginFollowing)
  /** Objectives are counted and looked at on a beat of their own: queries of others may be slow. */
  const readRound = (): Promise<boolean> =>
    readDue({
      db,
      readers: METRICS_READERS.map((create) => create(egress)),
      unseal: (sealed) => sealer.unseal(sealed),
      timeLimit,
    })
  const lookRound = async (): Promise<boolean> => {
    const looked = await lookAtObjectives({ db, directoryAt, tools })
    if (looked > 0) nudge()
    return looked > 0
  }
  const sendRound = async (): Promise<boolean> => (await sender.sendDue()) > 0
  if (runsEngine && options.beats !== false) {
    decide = startBeat(decideRound, trouble('decide'), options.beatMs)
    send = startBeat(sendRound, trouble('send'), options.beatMs)
    const telling = startBeat(tellRound, trouble('tell'), TELL_MS)
    const listening = startListening(
      { db, node: randomUUID(), settingsOf: settings.of, hear, timeLimit },
      LISTENERS.map((create) => create(egress)),
      trouble('listen'),
    )
    const reading = startBeat(readRound, trouble('read'), TELL_MS)
    const looking = startBeat(lookRound, trouble('objectives'), LOOK_MS)
    const keeping = startBeat(keepRound, trouble('keep'), TELL_MS)
    const sealing = startBeat(sealRound, trouble('seal'), SEAL_MS)
    stops.push(
      () => sealing.stop(),
      () => listening.stop(),
      () => keeping.stop(),
      () => looking.stop(),
      () => reading.stop(),
      () => telling.stop(),
      () => send?.stop().then(() => sender.idle()),
      () => decide?.stop(),
    )
  }
  const feedDeps: FeedDeps = {
    db,
    directoryAt,
    makeId: tools.makeId,
    unseal: (sealed) => sealer.unseal(sealed),
    async fetchText(url) {
      const answer = await egress.request({
        method: 'GET',
        url,
        headers: { accept: 'text/calendar' },
      })
      if (answer.status !== 200) throw new Error(`the answer was ${answer.status}`)
      return answer.body
    },
  }
  let loadSeenAt = Number.NEGATIVE_INFINITY
  const lookAtLoad = (): Promise<void> =>
    db.withTx('chores', async (tx) => {
      if (tx.now - loadSeenAt < LOAD_MS) return
      loadSeenAt = tx.now
      const directory = await directoryAt(tx)
      const nextId = () => tools.makeId(tx.now)
      await watchLoad(tx, directory, nextId)
      await watchReady(tx, directory, { loudness: tools.loudnessOf }, nextId)
    })
  let canariesSeenAt = Number.NEGATIVE_INFINITY
  const lookAtCanaries = async (): Promise<void> => {
    const now = await db.withTx('chores', async (tx) => tx.now)
    if (!runsEngine || now - canariesSeenAt < CANARY_MS) return
    // More than go out at once are due: again at the next look.
    const sent = await sendCanaries({
      db,
      directoryAt,
      tools,
      channelOf: channels.of,
      settingsOf: settings.of,
      destinationOf: settings.destinationOf,
      timeLimit,
    })
    if (sent === 0) canariesSeenAt = now
  }
  const chores = startBeat(
    async () => {
      await settings.reload()
      await lookAtCarriers()
      await health.refresh()
      await readFeed(feedDeps)
      await lookAtLoad()
      await lookAtCanaries()
      await db.withTx('chores', forgetReplies)
      await db.withTx('chores', forgetOld)
      await db.withTx('chores', (tx) =>
        tx.query("select ensure_partitions((clock_timestamp() at time zone 'UTC')::date)"),
      )
      return false
    },
    trouble('chores'),
    CHORES_MS,
  )
  stops.push(() => chores.stop())
  await settings.reload()

  const deps: HttpDeps = {
    db,
    directoryAt,
    tools,
    nudge,
    intake,
    sourceKinds: SOURCE_KINDS,
    channels: CHANNELS,
    channelOf: channels.of,
    destinationOf: settings.destinationOf,
    ears: EARS.map((create) => create(egress)),
    hear,
    reloadChannels: settings.reload,
    screen: channels.screen,
    plan: {
      channels: CHANNELS,
      sourceKinds: SOURCE_KINDS.map((one) => one.kind),
      sealer,
      makeId: tools.makeId,
      whoWouldBePaged: (directory, serviceId, at) =>
        whoSentence(
          forecastForService(
            directory,
            serviceId,
            { at, urgency: null },
            { loudness: tools.loudnessOf },
          ),
        ),
    },
    sealer,
    signer,
    provider: createProvider(egress, (sealed) => sealer.unseal(sealed)),
    links,
    health: health.read,
    metrics: async () =>
      meter.text(await db.withTx('web', countStates), {
        waitingRequests: intake.waiting(),
        callsUnderWay: sender.calls(),
        health: await health.read(),
      }),
    adminToken: config.adminToken,
    get publicUrl() {
      return base.url
    },
    assets: options.assets ?? new Map(),
    backup: () => backupToFile(db, secret),
    testCodes,
    testSend: (contactId) =>
      probe(
        {
          db,
          directoryAt,
          tools,
          channelOf: channels.of,
          destinationOf: settings.destinationOf,
          codes: testCodes,
          refusal: spend.refusal,
        },
        contactId,
      ),
    pushKey: () => publicKeyOf(textOf(settings.of(WEB_PUSH), 'private_key')),
    callerNumbers: () => numbersOf(CARRIERS, settings.of),
    spendRefusal: spend.refusal,
    overCap: spend.overCap,
    log,
    version: options.version,
  }
  const http: HttpServer | null = config.only === 'engine' ? null : await listen(deps, config)
  if (http) stops.push(() => http.stop())
  const shownHost = config.host === '0.0.0.0' || config.host === '::' ? '127.0.0.1' : config.host
  const url = http
    ? `http://${shownHost.includes(':') ? `[${shownHost}]` : shownHost}:${http.port}`
    : ''
  if (config.publicUrl === null) base.url = url
  const mail =
    config.mailPort === null || config.only === 'engine'
      ? null
      : await openMailDoor({
          host: config.host,
          port: config.mailPort,
          settings: () => settings.of('email'),
          hear,
          onTrouble: trouble('mail'),
        })
  if (mail) stops.push(() => mail.stop())
  const setup = http
    ? await db.withTx('web', (tx) => makeSetupLink(tx, tools.makeId(tx.now)))
    : null
  log('info', 'ready', { url, database: embedded ? 'built-in' : 'external' })

  let isStopped = false
  return {
    url,
    db,
    deps,
    mailPort: mail?.port ?? null,
    setupUrl: setup === null ? null : `${base.url}/setup#${setup}`,
    async beat() {
      while (await readRound()) await Promise.resolve()
      while (await lookRound()) await Promise.resolve()
      while (await decideRound()) await Promise.resolve()
      while (await sendRound()) await Promise.resolve()
      await sender.idle()
      while (await tellRound()) await Promise.resolve()
      while (await keepRound()) await Promise.resolve()
      while (await readFeed(feedDeps)) await Promise.resolve()
      await lookAtLoad()
      await lookAtCanaries()
      await lookAtCarriers()
      while (await sealRound()) await Promise.resolve()
    },
    async stop() {
      if (isStopped) return
      isStopped = true
      for (const stop of stops.toReversed())
        await Promise.resolve(stop()).catch((cause) =>
          log('warn', 'while stopping', { cause: detail(cause) }),
        )
    },
  }
}

const detail = (cause: unknown): string =>
  cause instanceof Error
    ? `${cause.message}${cause.cause === undefined ? '' : `: ${detail(cause.cause)}`}\n${cause.stack ?? ''}`
    : String(cause)

export async function openDatabase(
  { config, log, clock }: Pick<AppOptions, 'config' | 'log' | 'clock'>,
  stops: (() => Promise<unknown> | unknown)[],
): Promise<{ db: Db; embedded: Embedded | null }> {
  const embedded =
    config.databaseUrl === null
      ? await startEmbedded({
          dataDir: config.dataDir,
          log: (line) => log('debug', 'PostgreSQL', { line }),
          onExit: (how) => log('error', 'PostgreSQL ended and is started again', { how }),
        })
      : null
  if (embedded) stops.push(() => embedded.stop())
  const db = createDb({
    url: embedded ?? (config.databaseUrl as string),
    clock,
    preparedStatements: config.preparedStatements,
    onError: (cause) => log('debug', 'a database connection ended', { cause: String(cause) }),
  })
  stops.push(() => db.close())
  return { db, embedded }
}

/** `ALLCLEAR_SECRET_KEY`, or the one in the data directory, made at the first start. */
export function readSecret(config: Config): Buffer {
  if (config.secretKey !== null) return createHash('sha256').update(config.secretKey).digest()
  const path = join(config.dataDir, 'secret.key')
  if (!existsSync(path)) {
    mkdirSync(config.dataDir, { recursive: true })
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
  }
  return Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
}

function makeTools(loudnessOf: Tools['loudnessOf'], log: Log): Tools {
  const random = pooled(randomBytes)
  const routers = new WeakMap<Directory, PipelineFacts['routeFor']>()
  return {
    makeId: (now) => makeId(now, random),
    jitter: () => Buffer.from(random(4)).readUInt32BE() / 2 ** 32,
    loudnessOf,
    routerFor(directory) {
      const known = routers.get(directory)
      if (known) return known
      const made = createRouter(
        directory.routes,
        directory.sources,
        directory.services,
        (route, why) => log('warn', 'a route does not work', { route, why }),
      )
      routers.set(directory, made)
      return made
    },
    alarm: (what, about) => log('error', `alarm: ${what}`, { ...about }),
  }
}

/** Calls that start within a quarter of a second share a timer: the limit is exact to that much. */
const LIMIT_SHARED_MS = 250

function createTimeLimit(): (milliseconds: number) => AbortSignal {
  let known: { signal: AbortSignal; until: number; milliseconds: number } | null = null
  return (milliseconds) => {
    const now = performance.now()
    if (known && now < known.until && known.milliseconds === milliseconds) return known.signal
    const signal = AbortSignal.timeout(milliseconds + LIMIT_SHARED_MS)
    setMaxListeners(0, signal)
    known = { signal, until: now + LIMIT_SHARED_MS, milliseconds }
    return signal
  }
}

/**
 * Settings of channels, read again every few seconds and whenever they were changed here.
 * @param own what the instance gives a kind of channel that says nothing itself
 */
function createSettings(
  db: Db,
  sealer: Sealer,
  own: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
) {
  let known: Record<string, Record<string, unknown>> = {}
  const open = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        sealer.isSealed(value) ? sealer.unseal(value) : value,
      ]),
    )
  const of = (kind: string): Record<string, unknown> => ({
    ...own[kind],
    ...open(known[kind] ?? {}),
  })
  /** Settings of the carriers of a kind that are set up. */
  const carriersOf = (kind: string): Record<string, unknown> => {
    const kinds = CHANNELS.find((one) => one.kind === kind)?.carriedBy
    if (kinds === undefined) return {}
    const carriers = kinds.flatMap((one) => (known[one] ? [[one, of(one)] as const] : []))
    return { carriers: Object.fromEntries(carriers) }
  }
  return {
    of,
    isSetUp: (kind: string): boolean => isSetUp(kind, CHANNELS, (one) => known[one]),
    async reload(): Promise<void> {
      const rows = await db.withTx('chores', (tx) =>
        tx.query<{ kind: string; settings: Record<string, unknown> }>(
          'select kind, settings from channels',
        ),
      )
      known = Object.fromEntries(rows.map((row) => [row.kind, row.settings]))
    },
    destinationOf: (kind: string, fields: Readonly<Record<string, unknown>>): Destination => ({
      contact: open(fields),
      settings: { ...of(kind), ...carriersOf(kind) },
    }),
  }
}

function createHealth(db: Db): { read(): Promise<Health>; refresh(): Promise<void> } {
  let known: Health | null = null
  let checkedAt = Number.NEGATIVE_INFINITY
  const check = async (): Promise<Health> => {
    known = await db.withTx('chores', checkHealth)
    checkedAt = performance.now()
    return known
  }
  return {
    read: async () => (known && performance.now() - checkedAt < HEALTH_MS ? known : check()),
    async refresh() {
      if (performance.now() - checkedAt >= HEALTH_MS) await check()
    },
  }
}

async function backupToFile(db: Db, secretKey: Buffer): Promise<{ path: string; remove(): void }> {
  const directory = mkdtempSync(join(tmpdir(), 'allclear-backup-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    const path = join(directory, 'backup')
    await backup(db, { to: path, secretKey })
    return { path, remove }
  } catch (cause) {
    remove()
    throw cause
  }
}
