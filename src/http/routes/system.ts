import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { z } from '@hono/zod-openapi'
import { ActedView } from '../../contract/views.ts'
import { listChannelSettings } from '../../directory/store.ts'
import { act } from '../../engine/act.ts'
import { toIso } from '../../lib/instant.ts'
import { invalid, notFound } from '../../lib/problem.ts'
import { isSetUp } from '../../notify/channel.ts'
import { whyWrong } from '../../notify/field.ts'
import { testMessage } from '../../notify/test-message.ts'
import { note } from '../audit.ts'
import { type Route, route } from '../route.ts'
import { toActedView } from './alerts.ts'

const Check = z.object({
  name: z.string(),
  good: z.boolean(),
  value: z.number(),
  sentence: z.string(),
})
const ChannelView = z
  .object({
    kind: z.string(),
    label: z.string(),
    needs: z.string(),
    isSetUp: z.boolean(),
    carries: z.array(z.string()).describe('Channels that this carrier can carry'),
    carriedBy: z.array(z.string()).describe('Carriers of which it needs one'),
    settings: z.array(
      z.object({
        name: z.string(),
        label: z.string(),
        kind: z.string(),
        required: z.boolean(),
        help: z.string().nullable(),
        value: z.unknown(),
      }),
    ),
  })
  .openapi('Channel')

/** Shown instead of a secret that is set; sent back, it leaves the secret as it is. */
const SECRET_SET = '••••••••'

const channels: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/channels',
    summary: 'What sends, and whether it is set up',
    policy: { needs: 'administer' },
    reply: z.object({ channels: z.array(ChannelView) }).openapi('ChannelList'),
    handle: ({ read, deps }) =>
      read(async (tx) => {
        const stored = await listChannelSettings(tx)
        const settingsOf = (kind: string) => stored.find((one) => one.kind === kind)?.settings
        return {
          body: {
            channels: deps.channels.map((channel) => {
              const values = settingsOf(channel.kind)
              return {
                kind: channel.kind,
                label: channel.label,
                needs: channel.needs,
                isSetUp: isSetUp(channel.kind, deps.channels, settingsOf),
                contact: channel.contact.map(({ name, label, required }) => ({
                  name,
                  label,
                  required,
                })),
                carries: [...(channel.carries ?? [])],
                carriedBy: [...(channel.carriedBy ?? [])],
                settings: channel.settings.map(({ help, ...field }) => ({
                  ...field,
                  help: help ?? null,
                  value:
                    field.kind === 'secret' && values?.[field.name] !== undefined
                      ? SECRET_SET
                      : (values?.[field.name] ?? null),
                })),
              }
            }),
          },
        }
      }),
  }),
  route({
    method: 'put',
    path: '/api/v1/channels/{kind}',
    summary: 'Set up a channel',
    policy: { needs: 'administer' },
    params: z.object({ kind: z.string().max(40) }),
    body: z.record(
      z.string().max(64),
      z.union([z.string().max(2_048), z.number(), z.boolean(), z.null()]),
    ),
    reply: z.object({}),
    async handle(call) {
      const { read, deps, params, body } = call
      const channel = deps.channels.find((one) => one.kind === params.kind)
      if (!channel) throw notFound('channel')
      for (const name of Object.keys(body)) {
        if (!channel.settings.some((field) => field.name === name))
          throw invalid(name, `${channel.label} has no setting \`${name}\`.`)
      }
      await read(async (tx) => {
        const [stored] = await tx.query<{ settings: Record<string, unknown> }>(
          'select settings from channels where kind = $1 for update',
          [channel.kind],
        )
        const settings: Record<string, unknown> = {}
        for (const field of channel.settings) {
          const given = body[field.name]
          const isKept = given === undefined || (field.kind === 'secret' && given === SECRET_SET)
          const value = isKept
            ? stored?.settings[field.name]
            : field.kind === 'secret' && given !== null && given !== ''
              ? deps.sealer.seal(String(given))
              : given
          const wrong = isKept || given === null || given === '' ? null : whyWrong(field, given)
          if (wrong !== null) throw invalid(field.name, `${field.label} ${wrong}.`)
          if (value !== undefined && value !== null && value !== '') settings[field.name] = value
          else if (field.required) throw invalid(field.name, `${field.label} is needed.`)
        }
        await tx.query(
          'insert into channels (kind, settings) values ($1, $2) on conflict (kind) do update set settings = excluded.settings, updated_at = clock_timestamp()',
          [channel.kind, JSON.stringify(settings)],
        )
        const secrets = new Set(
          channel.settings.filter((one) => one.kind === 'secret').map((one) => one.name),
        )
        const told = (values: Readonly<Record<string, unknown>>) =>
          Object.fromEntries(
            Object.entries(values).map(([name, value]) => [
              name,
              secrets.has(name) ? 'a secret' : value,
            ]),
          )
        await note(tx, call, {
          action: 'channel.changed',
          object: ['channel', channel.kind],
          detail: {
            before: stored ? told(stored.settings) : null,
            after: told(settings),
            secrets: [...secrets].filter((name) => stored?.settings[name] !== settings[name]),
          },
        })
      })
      await deps.reloadChannels()
      return { body: {} }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/channels/{kind}/test',
    summary: 'Send a real test message over a channel',
    policy: { needs: 'administer' },
    params: z.object({ kind: z.string().max(40) }),
    body: z
      .record(z.string().max(64), z.string().max(2_048))
      .describe('The fields of a contact: address, topic, url'),
    reply: z
      .object({ outcome: z.string(), reason: z.string().nullable() })
      .openapi('ChannelTested'),
    async handle(call) {
      const { deps, caller, params, body, requestId, read } = call
      const channel = deps.channelOf(params.kind)
      if (!channel) throw notFound('channel')
      const now = await read(async (tx) => {
        await note(tx, call, {
          action: 'channel.tested',
          object: ['channel', channel.describe.kind],
        })
        return tx.now
      })
      const on = { personId: caller.who.personId ?? '', contact: body.number ?? '' }
      const outcome =
        (await deps.spendRefusal(params.kind, 'test', on)) ??
        (await channel.send(
          testMessage({ id: requestId, at: now, code: null }),
          deps.destinationOf(params.kind, body),
          AbortSignal.timeout(15_000),
        ))
      // The class of the outcome only: what a server inside answered is nobody's business.
      return {
        body: { outcome: outcome.kind, reason: outcome.kind === 'sent' ? null : outcome.reason },
      }
    },
  }),
]

export const systemRoutes: readonly Route[] = [
  ...channels,
  route({
    method: 'post',
    path: '/api/v1/backup',
    summary: 'An encrypted backup of everything, of one moment',
    policy: { needs: 'administer' },
    reply: null,
    async handle(call) {
      const { deps, read } = call
      const file = await deps.backup()
      const reader = createReadStream(file.path)
      reader.once('close', () => file.remove())
      await read((tx) => note(tx, call, { action: 'backup', object: ['instance', null] }))
      return {
        stream: Readable.toWeb(reader) as ReadableStream<Uint8Array>,
        headers: { 'content-type': 'application/octet-stream' },
      }
    },
  }),
  route({
    method: 'post',
    path: '/api/v1/organisation/resume',
    summary: 'Send pages again, after a restore',
    policy: { needs: 'administer' },
    reply: ActedView,
    handle: async ({ deps, caller, requestId }) => ({
      body: toActedView(
        await act(deps, { actor: caller.actor, who: caller.who, requestId }, { verb: 'resume' }),
        () => '',
        caller.timezone,
      ),
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/webhook-secret',
    summary: 'The secret that outgoing webhooks are signed with',
    policy: { needs: 'administer' },
    reply: z.object({ secret: z.string() }).openapi('WebhookSecret'),
    handle: async ({ deps }) => ({
      body: { secret: String(deps.destinationOf('webhook', {}).settings.secret ?? '') },
    }),
  }),
  route({
    method: 'get',
    path: '/api/v1/pretend',
    summary: 'What the phone, mailbox and chat on screen received',
    // The messages of everybody, also of what is private.
    policy: { needs: 'administer' },
    reply: z.object({ messages: z.array(z.record(z.string(), z.unknown())) }).openapi('Pretended'),
    handle: async ({ deps }) => ({
      body: {
        messages: deps.screen.shown().map(({ device, message }) => ({
          device,
          title: message.title,
          body: message.body,
          url: message.url,
          at: toIso(message.at),
          urgency: message.urgency,
        })),
      },
    }),
  }),
  route({
    method: 'get',
    path: '/health/deep',
    summary: 'Whether anything is lost or late',
    policy: { public: 'watchers outside have no account; it shows counts only' },
    reply: z
      .object({ status: z.string(), at: z.string(), paused: z.boolean(), checks: z.array(Check) })
      .openapi('Health'),
    async handle({ deps }) {
      const health = await deps.health()
      return {
        status: health.status === 'ok' ? 200 : 503,
        body: {
          status: health.status,
          at: toIso(health.at),
          paused: health.pausedAt !== null,
          checks: health.checks.map(({ isGood, ...one }) => ({ ...one, good: isGood })),
        },
      }
    },
  }),
  route({
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process and its database answer',
    policy: { public: 'load balancers have no account' },
    reply: z.object({ status: z.string(), version: z.string() }).openapi('Alive'),
    async handle({ deps, read }) {
      await read(async (tx) => tx.query('select 1'))
      return { body: { status: (await deps.health()).status, version: deps.version } }
    },
  }),
  route({
    method: 'get',
    path: '/metrics',
    summary: 'Counts and delays, for Prometheus',
    policy: { public: 'scrapers have no account; it shows counts only' },
    reply: null,
    handle: async ({ deps }) => ({
      text: await deps.metrics(),
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
    }),
  }),
]
