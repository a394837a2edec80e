/**
 * `allclear demo`: a believable team, two services, and an outage with the clock running fast. The
 * same engine, pipeline and channels as always; only the clock is bent and the phones are on screen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pc from 'picocolors'
import { startApp, type App } from '../app.ts'
import { readConfig } from '../config.ts'
import type { AlertDetailShown, AlertShown } from '../contract/views.ts'
import { MINUTE, SECOND } from '../lib/instant.ts'
import { formatTime } from '../lib/zone.ts'
import { call, type Connection } from './client.ts'
import { plain } from './print.ts'
import { migrationsDirectory, readAssets, version } from './serve.ts'

const TOKEN = 'demo-token-demo-token-demo-token-demo'
const KEY = 'demodemodemodemodemodemodemodemo'

const TEAM = `
organisation: { name: Harbour Books, fallback: [ person:ruth ] }
people:
  - { id: priya, name: Priya Nair, timezone: Europe/London, role: responder, contacts: [ { id: phone, kind: pretend, device: phone }, { id: chat, kind: pretend, device: chat } ], rules: { high: [ { after: 0m, use: phone }, { after: 2m, use: chat } ] } }
  - { id: ben, name: Ben Okafor, timezone: Africa/Lagos, role: responder, contacts: [ { id: phone, kind: pretend, device: phone } ], rules: { high: [ { after: 0m, use: phone } ] } }
  - { id: ruth, name: Ruth Adler, timezone: America/New_York, role: admin, contacts: [ { id: mail, kind: pretend, device: mailbox } ] }
teams: [ { id: shop, name: Shop, lead: ruth, members: [ priya, ben ] } ]
schedules:
  - { id: primary, team: shop, timezone: Europe/London, rotations: [ { id: weekly, people: [ priya, ben ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ] }
  - { id: secondary, team: shop, timezone: Europe/London, rotations: [ { id: weekly, people: [ ben, priya ], every: 1w, handoff: { day: monday, time: "10:00" }, starts: 2026-11-02 } ] }
escalations:
  - { id: shop, team: shop, steps: [ { page: [ schedule:primary ], wait: 5m }, { page: [ schedule:secondary ], wait: 10m } ], repeat: 1 }
services:
  - { id: checkout, name: Checkout API, team: shop, tier: 1, escalation: shop, depends_on: [ payments ] }
  - { id: payments, name: Payments, team: shop, tier: 1, escalation: shop }
sources: [ { id: monitoring, kind: pagerduty-events, service: checkout, key: ${KEY} } ]
`

const DEVICES: Readonly<Record<string, string>> = {
  phone: '☎ phone',
  chat: '✎ chat',
  mailbox: '✉ mail',
}

export async function demo(options: { isFast: boolean }): Promise<number> {
  const dataDir = mkdtempSync(join(tmpdir(), 'allclear-demo-'))
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  // A Tuesday, 03:02 in London: the demo tells the same story every time.
  let now = Date.UTC(2026, 10, 17, 3, 2)
  const config = readConfig({
    ALLCLEAR_DATA: dataDir,
    ALLCLEAR_PORT: '0',
    ALLCLEAR_ADMIN_TOKEN: TOKEN,
  })
  say(pc.dim('Starting PostgreSQL and Allclear in a directory of their own …'))
  const app = await startApp({
    config,
    log: () => undefined,
    version: version(),
    migrations: migrationsDirectory(),
    assets: readAssets(),
    clock: { toVirtual: () => now },
    beats: false,
  })
  try {
    await play(app, {
      say,
      time: () => pc.dim(formatTime(now, 'Europe/London')),
      async pass(minutes) {
        for (let second = 0; second < minutes * 60; second += 15) {
          now += 15 * SECOND
          await app.beat()
        }
      },
      rest: (milliseconds) =>
        options.isFast ? Promise.resolve() : pause(milliseconds).then(() => undefined),
      tick: () => {
        now += SECOND
      },
    })
    return 0
  } finally {
    await app.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

type Stage = {
  say: (text: string) => void
  time: () => string
  pass: (minutes: number) => Promise<void>
  rest: (milliseconds: number) => Promise<void>
  tick: () => void
}

async function play(app: App, stage: Stage): Promise<void> {
  const { say, time, pass, rest } = stage
  const to: Connection = { url: app.url, token: TOKEN }
  app.deps.screen.onShow(({ device, message }) => {
    const person = personOf(message.data.personId)
    say(
      `${time()}  ${pc.cyan(`${DEVICES[device] ?? device} of ${person}`)}  ${pc.bold(plain(message.title))}`,
    )
    for (const line of message.body.split('\n')) say(`       ${pc.dim(plain(line))}`)
  })
  await call(to, 'POST', '/api/v1/apply', { text: TEAM })
  const { people } = await call<{ people: { id: string; name: string }[] }>(
    to,
    'GET',
    '/api/v1/people',
  )
  const personOf = (id: unknown): string => people.find((one) => one.id === id)?.name ?? 'somebody'
  const send = async (path: string, body: object): Promise<void> => {
    await fetch(`${app.url}${path}`, {
      method: 'POST',
      body: JSON.stringify({ routing_key: KEY, ...body }),
    })
    await app.beat()
    stage.tick()
  }

  say(
    `\n${pc.bold('Harbour Books, a Tuesday night in November.')} Priya is on call, Ben is second, Ruth leads.\n`,
  )
  await rest(1_500)
  say(`${time()}  a deploy goes out`)
  await send('/v2/change/enqueue', { payload: { summary: 'Deploy #4812 of checkout' } })
  await pass(3)
  say(`${time()}  ${pc.red('monitoring:')} 31 % of checkouts fail`)
  await send('/v2/enqueue', {
    event_action: 'trigger',
    dedup_key: 'checkout',
    payload: {
      summary: '31 % of requests fail, normal is 0.01 %',
      source: 'probe',
      severity: 'critical',
    },
  })
  await rest(2_500)
  say(pc.dim('\n       Priya sleeps. The clock runs …\n'))
  await pass(2)
  await rest(1_500)
  await pass(3)
  await rest(2_500)
  const [alert] = (await call<{ alerts: AlertShown[] }>(to, 'GET', '/api/v1/alerts')).alerts
  if (!alert) throw new Error('The demo lost its alert.')
  await pass(1)
  const link = app.deps.screen.shown().at(-1)?.message.url
  say(`${time()}  ${pc.green('Ben presses "I have it"')} on the page screen: no login, one button`)
  await fetch(String(link), { method: 'POST', body: new URLSearchParams({ do: 'acknowledge' }) })
  await app.beat()
  await rest(2_000)
  say(pc.dim('\n       Nobody else is paged. Ben rolls the deploy back …\n'))
  await pass(12)
  say(`${time()}  ${pc.green('monitoring:')} back to normal`)
  await send('/v2/enqueue', { event_action: 'resolve', dedup_key: 'checkout' })
  await pass(1)
  await rest(1_000)
  await printRecord(to, alert.name, say)
}

async function printRecord(
  to: Connection,
  name: string,
  say: (text: string) => void,
): Promise<void> {
  const detail = await call<AlertDetailShown>(to, 'GET', `/api/v1/alerts/${name}`)
  say(
    `\n${pc.bold(`The record of ${detail.name}`)}, ${detail.status} after ${Math.round((Date.parse(detail.resolvedAt ?? detail.startedAt) - Date.parse(detail.startedAt)) / MINUTE)} minutes\n`,
  )
  for (const entry of detail.timeline) say(`${entry.at.slice(11, 19)}  ${plain(entry.sentence)}`)
  const answered = detail.pages.find((page) => page.status === 'acknowledged')
  if (answered) {
    const receipt = await call<string>(to, 'GET', `/api/v1/pages/${answered.id}/receipt.txt`)
    say(`\n${receipt}`)
  }
  say(`Your own: ${pc.bold('npm start')}`)
}
