/**
 * `allclear demo --sev1`: one SEV1 from the first alert to the all-clear, to be watched in a browser.
 * The clock is the real one and the framework is twelve times as impatient, so that forty minutes take
 * three; everything else is as it always is. With `--fast` nobody waits and nothing is to be watched.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pc from 'picocolors'
import { startApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { SECOND } from '../lib/instant.ts'
import { call, type Connection } from './client.ts'
import { plain } from './print.ts'
import { migrationsDirectory, readAssets, version } from './serve.ts'

const TOKEN = 'demo-token-demo-token-demo-token-demo'
const KEY = 'demodemodemodemodemodemodemodemo'

const TEAM = `
organisation: { name: Harbour Books, fallback: [ person:ruth ] }
people:
  - { id: asha, name: Asha Rao, timezone: Europe/London, contacts: [ { id: phone, kind: pretend, device: phone } ] }
  - { id: ben, name: Ben Okafor, timezone: Africa/Lagos, contacts: [ { id: phone, kind: pretend, device: phone } ] }
  - { id: maria, name: Maria Silva, timezone: Europe/Lisbon, contacts: [ { id: phone, kind: pretend, device: phone } ] }
  - { id: jake, name: Jake Lind, timezone: Europe/Oslo, contacts: [ { id: phone, kind: pretend, device: phone } ] }
  - { id: ruth, name: Ruth Adler, timezone: America/New_York, role: admin, contacts: [ { id: mail, kind: pretend, device: mailbox } ] }
teams: [ { id: shop, name: Shop, lead: ruth, members: [ asha, ben, maria, jake ] } ]
escalations: [ { id: shop, name: Shop, team: shop, steps: [ { page: [ person:asha ], wait: 25s }, { page: [ person:ben ], wait: 50s } ] } ]
services: [ { id: checkout, name: Checkout, team: shop, tier: 1, escalation: shop } ]
sources: [ { id: monitoring, kind: pagerduty-events, service: checkout, key: ${KEY} } ]
policy:
  bind: { commander: person:ben, vp: person:ruth, cto: person:ruth, manager: person:ruth }
  levels:
    sev1: { respond: 25s, first_message: 50s, update: 1m15s, cause: 2m30s, monitor: 40s }
  hypothesis: 1m15s
  quiet: 20s
`

type Said = { path: string; as: string; body?: object }
type Detail = {
  severity: { name: string } | null
  hypotheses: { id: string; statement: string }[]
  owed: { label: string; outcome: string }[]
  timeline: { at: string; sentence: string }[]
}

const EVERYBODY = { audience: 'internal', also: ['engineering', 'executives', 'customers'] }
const FACTS = { service: 'Checkout', impact: 'A third of checkouts fail with an error page' }

export type Ended = { kept: number; owed: number; seconds: number }

export async function demoSev1(options: {
  isFast: boolean
  say: (text: string) => void
}): Promise<Ended> {
  const { isFast, say } = options
  const dataDir = mkdtempSync(join(tmpdir(), 'allclear-demo-'))
  let ahead = 0
  const clock = { toVirtual: (real: number) => real + ahead }
  say(pc.dim('Starting PostgreSQL and Allclear in a directory of their own …'))
  const app = await startApp({
    config: readConfig({
      ALLCLEAR_DATA: dataDir,
      ALLCLEAR_PORT: '0',
      ALLCLEAR_ADMIN_TOKEN: TOKEN,
    }),
    log: () => undefined,
    version: version(),
    migrations: migrationsDirectory(),
    assets: readAssets(),
    clock,
    ...(isFast ? { beats: false } : { beatMs: 250 }),
  })
  const admin: Connection = { url: app.url, token: TOKEN }
  let seconds = 0
  /** The clock on to so many seconds after the beginning. */
  const until = async (second: number): Promise<void> => {
    while (seconds < second) {
      const step = Math.min(5, second - seconds)
      seconds += step
      if (isFast) {
        ahead += step * SECOND
        await app.beat()
      } else await pause(step * SECOND)
    }
  }
  try {
    await call(admin, 'POST', '/api/v1/apply', { text: TEAM })
    const as = await tokensOf(admin, ['asha', 'ben', 'maria', 'jake'])
    if (!isFast) await invite(admin, say)
    const tell = (text: string): void => say(`${pc.dim(`+${clockOf(seconds)}`)}  ${text}`)
    const act = async ({ path, as: who, body = {} }: Said): Promise<void> => {
      await call(as(who), 'POST', `/api/v1/incidents/INC-1/${path}`, body)
    }
    const shown = () => call<Detail>(admin, 'GET', '/api/v1/incidents/INC-1')

    tell(pc.red('a third of checkouts fail; Asha’s phone rings'))
    await send(app.url, 'trigger')
    await until(8)
    tell('Asha answers')
    await call(as('asha'), 'POST', '/api/v1/alerts/A-1/acknowledge', {})
    await until(14)
    tell('Asha declares SEV1: both leaders are told, Ben is asked to command')
    await call(as('asha'), 'POST', '/api/v1/incidents', {
      title: 'Checkout fails for a third of customers',
      summary: FACTS.impact,
      alert: 'A-1',
      severity: 1,
    })
    await until(20)
    tell('Ben accepts command; the others take their roles')
    await act({ path: 'hand-over/accept', as: 'ben' })
    await act({ path: 'roles', as: 'jake', body: { role: 'technicalLead' } })
    await act({ path: 'roles', as: 'maria', body: { role: 'communicationsLead' } })
    await act({ path: 'roles', as: 'asha', body: { role: 'scribe' } })
    await until(32)
    tell('Jake follows a path: the configuration that went out seven minutes before')
    await act({ path: 'hypotheses', as: 'jake', body: { statement: 'the config deploy #4812' } })
    await until(44)
    tell('Maria tells all four audiences')
    await act({ path: 'messages', as: 'maria', body: { ...EVERYBODY, fields: FACTS } })
    await until(58)
    const [path] = (await shown()).hypotheses
    const evidence = { speaks: 'for', text: 'errors began forty seconds after it' }
    await act({ path: `hypotheses/${path?.id}/evidence`, as: 'jake', body: evidence })
    await until(70)
    tell('It is the cause')
    await act({
      path: `hypotheses/${path?.id}/verdict`,
      as: 'jake',
      body: { verdict: 'confirmed' },
    })
    await act({
      path: 'decisions',
      as: 'ben',
      body: { text: 'Roll #4812 back now', alternatives: ['wait for a fix'] },
    })
    await act({ path: 'status', as: 'ben', body: { to: 'mitigating' } })
    await until(98)
    tell('The next update, in time')
    const fields = {
      ...FACTS,
      understanding: 'A configuration that went out before it began',
      actions: 'We are taking it back',
      next: 'We watch whether it recovers',
    }
    await act({ path: 'messages', as: 'maria', body: { ...EVERYBODY, fields } })
    await until(112)
    tell(pc.green('Checkouts work again; it is watched from now on'))
    await send(app.url, 'resolve')
    await act({ path: 'status', as: 'ben', body: { to: 'monitoring' } })
    await until(150)
    tell('Ben has looked: users can work')
    await act({ path: 'check', as: 'ben' })
    await until(155)
    tell(pc.green('All clear'))
    await act({ path: 'status', as: 'ben', body: { to: 'resolved' } })
    await until(160)
    const last = { ...fields, residual: 'none', followUp: 'Post-mortem on Thursday' }
    await act({ path: 'messages', as: 'maria', body: { ...EVERYBODY, fields: last } })
    await until(170)
    const { owed, timeline } = await shown()
    const kept = owed.filter((one) => one.outcome === 'met').length
    say(`\n${pc.bold('The record')}: ${kept} of ${owed.length} promises kept\n`)
    for (const entry of timeline) say(`${entry.at.slice(11, 19)}  ${plain(entry.sentence)}`)
    if (!isFast) await untilStopped(app.url, say)
    return { kept, owed: owed.length, seconds }
  } finally {
    await app.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

const clockOf = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`

async function tokensOf(
  admin: Connection,
  people: readonly string[],
): Promise<(person: string) => Connection> {
  const tokens = new Map<string, string>()
  for (const person of people) {
    const asked = { name: person, role: 'responder', person }
    const made = await call<{ token: string }>(admin, 'POST', '/api/v1/tokens', asked)
    tokens.set(person, made.token)
  }
  return (person) => ({ url: admin.url, token: tokens.get(person) ?? null })
}

/** A seat in the front row: Ruth’s, who leads the team. */
async function invite(admin: Connection, say: (text: string) => void): Promise<void> {
  const { url } = await call<{ url: string }>(admin, 'POST', '/api/v1/people/ruth/invitation', {})
  say(`\nWatch it: open ${pc.bold(url.replace(/^https?:\/\/[^/]+/, admin.url))}`)
  say(pc.dim('and choose any password: you are Ruth, who leads. It begins in 20 seconds.\n'))
  await pause(20 * SECOND)
}

async function untilStopped(url: string, say: (text: string) => void): Promise<void> {
  say(`\n${url} stays up until you press Ctrl C. Your own: ${pc.bold('npm start')}`)
  await new Promise<void>((done) => process.once('SIGINT', done))
}

const send = (url: string, action: 'trigger' | 'resolve') =>
  fetch(`${url}/v2/enqueue`, {
    method: 'POST',
    body: JSON.stringify({
      routing_key: KEY,
      event_action: action,
      dedup_key: 'checkout',
      payload: {
        summary: '31 % of requests to checkout fail, normal is 0.01 %',
        source: 'probe',
        severity: 'critical',
      },
    }),
  })
