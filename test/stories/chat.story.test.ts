/** Chats: a page in a direct message, a post in the team's room, and both kept up to date. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEgress, type Egress } from '../../src/egress/egress.ts'
import { createSlackListener } from '../../src/integrations/slack/listen.ts'
import { createTelegramListener } from '../../src/integrations/telegram/listen.ts'
import type { Hear } from '../../src/notify/reply.ts'
import type { ChatMessage } from '../rigs/provider-chat.ts'
import { type Provider, startProvider } from '../rigs/provider.ts'
import { ADMIN, KEY, makeWorld, type World } from '../rigs/world.ts'

const team = (provider: Provider): string => `
organisation: { name: Test, fallback: [ person:vp ] }
people:
  - { id: ana, name: Ana, email: ana@example.com, role: responder, contacts: [ { id: chat, kind: slack, user: U0ANA } ], rules: { high: [ { after: 0m, use: chat } ] } }
  - { id: ben, name: Ben, email: ben@example.com, role: responder, contacts: [ { id: chat, kind: slack, user: ben@example.com } ], rules: { high: [ { after: 0m, use: chat } ] } }
  - { id: cy, name: Cy, email: cy@example.com, role: responder, contacts: [ { id: chat, kind: telegram, chat: "5551" } ], rules: { high: [ { after: 0m, use: chat } ] } }
  - { id: vp, name: Vic, email: vp@example.com, role: stakeholder, contacts: [ { id: hook, kind: webhook, url: "PHONES/vp" } ], rules: { high: [ { after: 0m, use: hook } ] } }
teams:
  - { id: core, lead: ana, members: [ ana, ben ] }
  - { id: other, members: [ cy ] }
escalations:
  - { id: ladder, team: core, steps: [ { page: [ person:ana ] }, { page: [ person:ben ] } ] }
  - { id: others, team: other, steps: [ { page: [ person:cy ] }, { page: [ person:vp ] } ] }
services:
  - { id: shop, name: Shop, team: core, escalation: ladder, channel: "#shop" }
  - { id: depot, name: Depot, team: other, escalation: others }
sources:
  - { id: pd, kind: pagerduty-events, service: shop, key: ${KEY} }
  - { id: depot, kind: pagerduty-events, service: depot, key: ${DEPOT_KEY} }
channels:
  slack: { bot_token: xoxb-1-notarealtoken, app_token: xapp-1-notarealtoken, base_url: "${provider.url}/api" }
  telegram: { bot_token: "123456:AAnotarealtokenofabot", base_url: "${provider.url}" }
`
const DEPOT_KEY = '00112233445566778899aabbccddeeff'

let provider: Provider
let world: World
let egress: Egress

beforeEach(async () => {
  provider = await startProvider()
  provider.chat.users.push(
    { id: 'U0ANA', email: 'ana@example.com' },
    { id: 'U0BEN', email: 'ben@example.com' },
    { id: 'U0EVE', email: 'eve@example.com' },
  )
  egress = createEgress({ allow: '127.0.0.1' })
  world = await makeWorld({ yaml: team(provider) })
  // The settings of channels are read again every few seconds; the story does not wait for that.
  await world.app.deps.reloadChannels()
})
afterEach(async () => {
  egress.close()
  await world.end()
  await provider.stop()
})

const hear: Hear = (reply) => world.app.deps.hear(reply)

const inSlack = () => provider.chat.messages.filter((one) => one.vendor === 'slack')
const inRoom = () => inSlack().filter((one) => one.channel === 'CSHOP')
const dmTo = (user: string) => inSlack().filter((one) => one.channel === `D${user}`)
const only = <T>(all: readonly T[]): T => {
  expect(all).toHaveLength(1)
  return all[0] as T
}

/** Presses by socket mode: no port of ours is open to anybody. */
async function press(message: ChatMessage, button: string, user: string): Promise<void> {
  const stop = new AbortController()
  const settings = world.app.deps.destinationOf('slack', {}).settings
  const listening = createSlackListener(egress).listen(settings, null, hear, stop.signal)
  while (provider.chat.sockets() === 0) await new Promise((next) => setImmediate(next))
  expect(await provider.chat.pressBySocket(message, button, user)).toBe(true)
  stop.abort()
  await listening
  egress.close()
  egress = createEgress({ allow: '127.0.0.1' })
  await world.beat()
}

describe('a page in Slack', () => {
  test('acknowledged by its button stops the climb; message and post say so in place', async () => {
    await world.trigger('db')
    const dm = only(dmTo('U0ANA'))
    const post = only(inRoom())
    expect(dm.buttons.map((one) => one.label)).toEqual([
      'Acknowledge',
      'Escalate now',
      'Not mine',
      'Open',
    ])
    expect(post.text).toContain('Shop: db is broken')
    expect(post.text).toContain('Nobody has it yet. Paged: Ana')
    await press(dm, 'Acknowledge', 'U0ANA')
    await world.pass(60)
    expect(dmTo('U0BEN')).toEqual([])
    expect(only(dmTo('U0ANA'))).toBe(dm)
    expect(dm.text).toContain('Acknowledged by you at 14:00.')
    expect(dm.buttons.map((one) => one.label)).toEqual(['Open'])
    expect(only(inRoom())).toBe(post)
    expect(post.text).toContain('Ana has it since 14:00 UTC.')
    expect(post.buttons.map((one) => one.label)).toEqual(['Open'])
    await world.send('resolve', 'db')
    await world.pass(1)
    expect(dm.text).toContain('Resolved at 15:00.')
    expect(post.text).toContain('Resolved at 15:00 UTC.')
    expect(inSlack()).toHaveLength(2)
  })

  test('that somebody else takes says who, and when', async () => {
    await world.trigger('db')
    await world.pass(7)
    const [first, second] = [only(dmTo('U0ANA')), only(dmTo('U0BEN'))]
    expect(first.text).toContain('Went on to the next level at 14:05. You may still take it.')
    expect(first.buttons.map((one) => one.label)).toEqual(['Acknowledge', 'Open'])
    await press(second, 'Acknowledge', 'U0BEN')
    await world.pass(1)
    expect(first.text).toContain('Acknowledged by Ben at 14:07.')
    expect(first.buttons.map((one) => one.label)).toEqual(['Open'])
  })

  test('may still be taken by whoever was paged before', async () => {
    await world.trigger('db')
    await world.pass(6)
    await press(only(dmTo('U0ANA')), 'Acknowledge', 'U0ANA')
    await world.pass(60)
    expect(world.told()).toBe('')
    expect(only(dmTo('U0BEN')).text).toContain('Acknowledged by Ana at 14:06.')
  })

  test('that cannot be changed at first is changed later, and pages do not wait for it', async () => {
    await world.trigger('db')
    const dm = only(dmTo('U0ANA'))
    await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
    provider.behave('unavailable503')
    await world.beat()
    expect(dm.edits).toBe(0)
    provider.behave('ok')
    await world.pass(1)
    expect(dm.text).toMatch(/Acknowledged at|Acknowledged by/)
    const edits = dm.edits
    await world.pass(10)
    expect(dm.edits).toBe(edits)
  })

  test('that was deleted in Slack is let be after one try', async () => {
    await world.trigger('db')
    provider.chat.messages.splice(0)
    await world.api('POST', '/api/v1/alerts/A-1/acknowledge')
    await world.pass(1)
    const asked = provider.received.all().filter((one) => one.path.endsWith('chat.update')).length
    await world.pass(30)
    expect(provider.received.all().filter((one) => one.path.endsWith('chat.update'))).toHaveLength(
      asked,
    )
  })
})

describe('a post in the room of a team', () => {
  test('is told of an escalation beneath it, and stays one post', async () => {
    await world.trigger('db')
    await world.pass(6)
    const [post, reply] = inRoom()
    expect(inRoom()).toHaveLength(2)
    expect(reply).toMatchObject({ thread: post?.id, buttons: [] })
    expect(reply?.text).toContain('Escalated to level 2')
    expect(reply?.text).toContain('Paged: Ben')
    expect(post?.text).toContain('Paged: Ben')
  })

  test('acts for whoever presses: known by their member id, or by their e-mail address', async () => {
    await world.trigger('db')
    await press(only(inRoom()), 'Acknowledge', 'U0BEN')
    const [alert] = await world.alerts()
    expect(alert).toMatchObject({ status: 'acknowledged', acknowledgedBy: { slug: 'ben' } })
    expect(provider.chat.whispers.map((one) => one.user)).toEqual(['U0BEN'])
    await world.pass(1)
    expect(only(inRoom()).text).toContain('Ben has it since 14:00 UTC.')
  })

  test('does nothing for a stranger, who alone is told so', async () => {
    await world.trigger('db')
    const post = only(inRoom())
    await press(post, 'Acknowledge', 'U0EVE')
    expect((await world.alerts())[0]?.status).toBe('firing')
    expect(only(provider.chat.whispers)).toMatchObject({
      user: 'U0EVE',
      text: expect.stringMatching(/^I do not know you/),
    })
    expect(post.edits).toBe(0)
  })

  test('does nothing with a token that was made for a page, or by nobody', async () => {
    await world.trigger('db')
    const dm = only(dmTo('U0ANA'))
    const page = dm.buttons.find((one) => one.label === 'Acknowledge')?.value ?? ''
    const post = only(inRoom()).buttons.find((one) => one.label === 'Acknowledge')?.value ?? ''
    for (const token of [
      page,
      `${post.slice(0, -1)}${post.endsWith('A') ? 'B' : 'A'}`,
      '',
      'x'.repeat(64),
    ]) {
      const said = await hear({
        what: 'pressedPost',
        token,
        answer: 'acknowledge',
        from: { kind: 'slack', address: 'U0ANA' },
      })
      expect(said).toEqual({ done: false, sentence: 'There is nothing for you to answer here.' })
    }
    expect((await world.alerts())[0]?.status).toBe('firing')
    expect(world.app.deps.links.read(post)).toBeNull()
  })

  test('is made once a group, however often an alert repeats and the engine beats', async () => {
    await world.trigger('db')
    await world.trigger('db')
    for (let beats = 0; beats < 5; beats += 1) await world.beat()
    await world.pass(2)
    expect(inRoom()).toHaveLength(1)
  })

  test('is not made for a service without a room, nor for what never paged', async () => {
    await world.trigger('belt', { routing_key: DEPOT_KEY })
    const { status } = await world.api('POST', '/api/v1/silences', {
      matchers: [{ name: 'component', op: '=', value: 'db' }],
      reason: 'known work',
      for: '30m',
    })
    expect(status).toBe(201)
    await world.trigger('quiet', { payload: { component: 'db' } })
    await world.pass(1)
    expect(inSlack()).toEqual([])
  })

  test('of what only a team may see is not made', async () => {
    const { db } = world.app
    await db.withTx('web', (tx) =>
      tx.query(`create function hide() returns trigger language plpgsql as $$
        begin new.visibility := 'team'; return new; end $$;
        create trigger hide before insert on groups for each row execute function hide()`),
    )
    await world.trigger('secret')
    await world.pass(5)
    expect(inRoom()).toEqual([])
    expect(dmTo('U0ANA')).toHaveLength(1)
  })

  test('a storm is one post that counts, and is kept up to date', async () => {
    const storm = Array.from({ length: 50 }, (_, n) =>
      fetch(`${world.app.url}/v2/enqueue`, {
        method: 'POST',
        body: JSON.stringify({
          routing_key: KEY,
          event_action: 'trigger',
          dedup_key: `node-${n}`,
          payload: { summary: `node-${n} is down`, source: 'test', severity: 'warning' },
        }),
      }),
    )
    await Promise.all(storm)
    await world.beat()
    await world.pass(1, 0.05)
    const post = only(inRoom())
    expect(post.text).toContain('50 alerts since 14:00 UTC')
    expect(post.text).toContain('50 firing, 0 acknowledged, 0 resolved')
    expect(post.text).toContain('… and 40 more')
    const together = dmTo('U0ANA').filter((one) => one.text.includes('are waiting for you'))
    expect(together).not.toEqual([])
    await world.send('resolve', 'node-7')
    await world.pass(1)
    // A message that tells of many stands as it was sent: the others in it are not over.
    expect(together.map((one) => one.edits)).toEqual(together.map(() => 0))
    expect(only(inRoom()).text).toContain('49 firing, 0 acknowledged, 1 resolved')
  })

  test('goes out at one a second at most', async () => {
    for (const key of ['a', 'b', 'c']) await world.trigger(key)
    expect(inRoom()).toHaveLength(1)
    await world.pass(1 / 60, 1 / 60)
    expect(inRoom()).toHaveLength(2)
    await world.pass(2 / 60, 1 / 60)
    expect(inRoom()).toHaveLength(3)
  })

  test('that is refused is not tried again until its group changes', async () => {
    // The page itself goes out first; then the post.
    provider.behave((n) => (n === 1 ? 'missing404' : 'ok'))
    await world.trigger('db')
    expect(dmTo('U0ANA')).toHaveLength(1)
    await world.pass(4)
    expect([inRoom(), provider.received.seen()]).toEqual([[], 2])
    await world.pass(2)
    expect(inRoom()).toHaveLength(1)
  })

  test('does not wait for a transaction that runs long', async () => {
    let release: () => void = () => undefined
    const held = world.app.db.withTx('web', async (tx) => {
      await tx.query('select pg_current_xact_id()')
      await new Promise<void>((done) => {
        release = done
      })
    })
    try {
      await world.trigger('db')
      expect(inRoom()).toHaveLength(1)
      await world.api('POST', '/api/v1/alerts/A-1/escalate')
      // The post is changed first, and a second later answered.
      await world.pass(2)
      expect(inRoom()).toHaveLength(2)
    } finally {
      release()
      await held
    }
    await world.pass(2)
    expect(inRoom()).toHaveLength(2)
  })

  test('two nodes make it once', async () => {
    const other = await world.node()
    await other.deps.reloadChannels()
    await world.trigger('db')
    await Promise.all([world.beat(), other.beat()])
    await world.pass(1)
    await other.beat()
    expect(inRoom()).toHaveLength(1)
  })
})

describe('a page in Telegram', () => {
  const trigger = () => world.trigger('belt', { routing_key: DEPOT_KEY })
  const poll = (cursor: string | null) =>
    createTelegramListener(egress, { holdSeconds: 0 }).listen(
      world.app.deps.destinationOf('telegram', {}).settings,
      cursor,
      hear,
      new AbortController().signal,
    )

  test('is answered by polling, with no port of ours open, and says so in place', async () => {
    await trigger()
    const message = only(provider.chat.messages)
    expect(message).toMatchObject({ vendor: 'telegram', channel: '5551' })
    provider.chat.telegramPress(message, 'Acknowledge', 5551)
    await poll(null)
    await world.pass(60)
    expect(world.told()).toBe('')
    expect(only(provider.chat.messages).text).toContain('Acknowledged by you at 14:00.')
    expect(message.buttons.map((one) => one.id).filter((id) => id !== '')).toEqual([])
  })

  test('that nobody answers goes on, and says so', async () => {
    await trigger()
    await world.pass(6)
    expect(world.told()).toBe('5 vp')
    expect(only(provider.chat.messages).text).toContain('Went on to the next level at 14:05.')
  })
})

test('secrets of a chat never come out of the API again', async () => {
  const { status, body } = await world.api<unknown>('GET', '/api/v1/export', undefined, ADMIN)
  expect(status).toBe(200)
  expect(JSON.stringify(body)).toContain('slack')
  expect(JSON.stringify(body)).not.toMatch(
    /xoxb-1-notarealtoken|xapp-1-notarealtoken|AAnotarealtoken/,
  )
})
