/** What comes back from people and providers, told with a whole server and forged callers. */
import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sign } from '../../src/integrations/twilio/sign.ts'
import type { Ear, Reply } from '../../src/notify/reply.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const TELEPHONES = { ana: '+491700000001', ben: '+491700000002', cy: '+491700000003' }
type Who = keyof typeof TELEPHONES
const contactsOf = (who: Who): string =>
  `{ id: tel, kind: pretend, device: "${TELEPHONES[who]}" }, { id: chat, kind: pretend, device: "${who}-chat" }, { id: mail, kind: email, address: ${who}@example.com }`
const PEOPLE = (['ana', 'ben', 'cy'] as const).reduce(
  (yaml, who) =>
    yaml.replace(`url: "PHONES/${who}" } ]`, `url: "PHONES/${who}" }, ${contactsOf(who)} ]`),
  TEAM,
)
const AUTH = 'twilio-auth-token-for-tests'
const ACCOUNT = 'AC0123456789'
const CHAT_SECRET = 'chat-secret'
const ANSWERS_AT = 'allclear@pager.example.com'

/** A chat of our own making: who has the secret says who pressed what. */
const chat: Ear = {
  vendor: 'fake-chat',
  async hear(request, settings, hear) {
    if (request.headers.get('x-secret') !== settings.secret)
      return { status: 403, contentType: 'text/plain', body: '' }
    const { token, user, id } = JSON.parse(new TextDecoder().decode(request.body))
    const from = { kind: 'pretend', address: user }
    const said = await hear({ what: 'pressed', token, answer: 'acknowledge', from, once: id })
    return { status: 200, contentType: 'text/plain', body: said.sentence ?? '' }
  },
}

let world: World
beforeEach(async () => {
  world = await makeWorld({ yaml: PEOPLE, env: { ALLCLEAR_MAIL_PORT: '0' } })
  Object.assign(world.app.deps, { ears: [...world.app.deps.ears, chat] })
  await world.app.db.withTx('web', (tx) =>
    tx.query('insert into channels (kind, settings) values ($1, $2), ($3, $4), ($5, $6)', [
      'twilio',
      { account_sid: ACCOUNT, auth_token: AUTH, from: '+4930000000' },
      'fake-chat',
      { secret: CHAT_SECRET },
      'email',
      { host: '127.0.0.1', from: 'pager@example.com', reply_to: ANSWERS_AT },
    ]),
  )
  await world.app.deps.reloadChannels()
})
afterEach(() => world.end())

const pageIds = async (who: string): Promise<string[]> =>
  (
    await world.app.db.withTx('web', (tx) =>
      tx.query<{ id: string }>(
        `select p.id from pages p join people q on q.id = p.person_id where q.slug = $1
          order by p.opened_at desc, p.id desc`,
        [who],
      ),
    )
  ).map((row) => row.id)
const pageOf = async (who: string): Promise<string> => (await pageIds(who))[0] as string
const tokenOf = async (who: string) => world.app.deps.links.make(await pageOf(who))
const hear = (reply: Reply) => world.app.deps.hear(reply)

async function twilio(path: string, fields: Record<string, string>, secret = AUTH) {
  const form = new URLSearchParams({ AccountSid: ACCOUNT, ...fields })
  const address = `${world.app.url}/hooks/twilio${path}`
  const response = await fetch(address, {
    method: 'POST',
    headers: { 'x-twilio-signature': sign(secret, address, form) },
    body: form,
  })
  return { status: response.status, text: await response.text() }
}
const text = (who: Who, body: string, id: string, secret?: string) =>
  twilio('/sms', { From: TELEPHONES[who], Body: body, MessageSid: id }, secret)

async function mail(from: string, to: string, body: string, headers: Record<string, string> = {}) {
  const transport = createTransport({ host: '127.0.0.1', port: world.app.mailPort ?? 0 })
  try {
    await transport.sendMail({ from, to, subject: 'Re: Page', text: body, headers })
  } finally {
    transport.close()
  }
}

const mailTo = async (who: string): Promise<string> =>
  ANSWERS_AT.replace('@', `+${world.app.deps.links.makeShort(await pageOf(who))}@`)

/** In the middle: the last sign of a token may hold bits that mean nothing. */
const alter = (token: string): string =>
  `${token.slice(0, -6)}${token.slice(-6, -2) === 'aaaa' ? 'bbbb' : 'aaaa'}${token.slice(-2)}`

async function apiToken(who: string): Promise<string> {
  const made = await world.api<{ token: string }>('POST', '/api/v1/tokens', {
    name: who,
    role: 'responder',
    person: who,
  })
  return made.body.token
}

const viaApi = async (token: string, agent: string): Promise<void> => {
  await fetch(`${world.app.url}/api/v1/alerts/A-1/acknowledge`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'user-agent': agent },
  })
}
const link = async (token: string): Promise<void> => {
  await fetch(`${world.app.url}/p/${token}/acknowledge`, { method: 'POST' })
}
const key = (token: string, to: string, secret?: string) =>
  twilio(`/voice/${token}/keys`, { CallSid: 'CA1', To: to, Digits: '1' }, secret)
const button = async (token: string, user: string, secret = CHAT_SECRET): Promise<void> => {
  await fetch(`${world.app.url}/hooks/fake-chat/press`, {
    method: 'POST',
    headers: { 'x-secret': secret },
    body: JSON.stringify({ token, user, id: 'press-1' }),
  })
}
const MESSAGE_ID = { 'message-id': '<one@example.com>' }

type Door = {
  through: string
  valid(): Promise<unknown>
  forged(): Promise<unknown>
  wrongUser(): Promise<unknown>
}

/** Ana is paged for the shop, Cy for the depot. Whoever is wrong acts on what is not theirs. */
const DOORS: Readonly<Record<string, Door>> = {
  'the signed link': {
    through: 'link',
    valid: async () => link(await tokenOf('ana')),
    forged: async () => link(alter(await tokenOf('ana'))),
    wrongUser: async () => link(await tokenOf('cy')),
  },
  'a text': {
    through: 'sms',
    valid: () => text('ana', 'ack', 'SM1'),
    forged: () => text('ana', 'ack', 'SM1', 'another-secret'),
    wrongUser: () => text('cy', 'ack', 'SM1'),
  },
  'a key in a call': {
    through: 'call',
    valid: async () => key(await tokenOf('ana'), TELEPHONES.ana),
    forged: async () => key(await tokenOf('ana'), TELEPHONES.ana, 'another-secret'),
    wrongUser: async () => key(await tokenOf('ana'), TELEPHONES.cy),
  },
  'a button in a chat': {
    through: 'chat',
    valid: async () => button(await tokenOf('ana'), 'ana-chat'),
    forged: async () => button(await tokenOf('ana'), 'ana-chat', 'guessed'),
    wrongUser: async () => button(await tokenOf('ana'), 'cy-chat'),
  },
  'a mail': {
    through: 'mail',
    valid: async () => mail('ana@example.com', await mailTo('ana'), 'Ack', MESSAGE_ID),
    forged: async () => {
      const sending = mail(
        'ana@example.com',
        (await mailTo('ana')).replace(/[^@]+@/, (name) => `${alter(name.slice(0, -1))}@`),
        'Ack',
      )
      await sending.catch(() => undefined)
    },
    wrongUser: async () => mail('cy@example.com', await mailTo('ana'), 'Ack'),
  },
  'the API': {
    through: 'api',
    valid: async () => viaApi(await apiToken('ana'), 'curl'),
    forged: () => viaApi('ac_guessed', 'curl'),
    wrongUser: async () => viaApi(await apiToken('cy'), 'curl'),
  },
  'the command line': {
    through: 'cli',
    valid: async () => viaApi(await apiToken('ana'), 'allclear-cli/1'),
    forged: () => viaApi('ac_guessed', 'allclear-cli/1'),
    wrongUser: async () => viaApi(await apiToken('cy'), 'allclear-cli/1'),
  },
}

/** The depot fires as well, so that there is somebody who was paged for something else. */
async function twoAlerts(): Promise<void> {
  await world.trigger('db')
  await world.api('POST', '/api/v1/alerts', {
    service: 'depot',
    title: 'depot',
    severity: 'critical',
  })
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 cy')
}

const acknowledgements = async (): Promise<string[]> =>
  (await world.alert('A-1')).timeline
    .filter((entry) => entry.kind === 'acknowledged')
    .map((entry) => entry.sentence)

/** How the audit calls the door that the acknowledgement came through. */
const throughWhat = async (): Promise<string | undefined> => {
  const rows = await world.app.db.withTx('web', (tx) =>
    tx.query<{ through: string }>(
      "select actor->>'through' as through from audit where action = 'acknowledge'",
    ),
  )
  return rows[0]?.through
}

describe('every door has the same effect, or none (I22)', () => {
  for (const [name, door] of Object.entries(DOORS)) {
    test(`${name}: the right person acknowledges, and nobody else is paged`, async () => {
      await twoAlerts()
      await door.valid()
      expect(await acknowledgements()).toEqual(['Ana acknowledged'])
      const alert = await world.alert('A-1')
      expect([alert.status, alert.acknowledgedBy?.slug]).toEqual(['acknowledged', 'ana'])
      expect(await throughWhat()).toBe(door.through)
      await world.pass(10)
      expect(world.rang.filter((one) => one.who === 'ben')).toEqual([])
    })
    test(`${name}: the same once more changes nothing`, async () => {
      await twoAlerts()
      await door.valid()
      const before = await world.alert('A-1')
      await world.pass(1)
      await door.valid()
      expect(await acknowledgements()).toEqual(['Ana acknowledged'])
      expect((await world.alert('A-1')).acknowledgedAt).toBe(before.acknowledgedAt)
    })
    test(`${name}: forged, it has no effect`, async () => {
      await twoAlerts()
      await door.forged()
      expect(await acknowledgements()).toEqual([])
      await world.pass(5)
      expect(world.rang.filter((one) => one.who === 'ben')).toHaveLength(1)
    })
    test(`${name}: from somebody else, it has no effect on what is not theirs`, async () => {
      await twoAlerts()
      await door.wrongUser()
      expect(await acknowledgements()).toEqual([])
      await world.pass(5)
      expect(world.rang.filter((one) => one.who === 'ben')).toHaveLength(1)
    })
  }
})

for (const name of ['a text', 'a key in a call', 'a button in a chat', 'a mail']) {
  test(`${name} that is played back after the alert was let go of does not take it again`, async () => {
    await twoAlerts()
    const door = DOORS[name] as Door
    const token = await tokenOf('ana')
    const again = name === 'a key in a call' ? () => key(token, TELEPHONES.ana) : () => door.valid()
    const to = await mailTo('ana')
    const replay = name === 'a mail' ? () => mail('ana@example.com', to, 'Ack', MESSAGE_ID) : again
    await replay()
    await world.api('POST', '/api/v1/alerts/A-1/release')
    await world.beat()
    await replay()
    expect(await acknowledgements()).toEqual(['Ana acknowledged'])
    expect((await world.alert('A-1')).status).toBe('firing')
  })
}

test('a call reads the page out, takes a key, and says the same again on 9', async () => {
  await world.trigger('db')
  const token = await tokenOf('ana')
  const call = { CallSid: 'CA7', To: TELEPHONES.ana, Direction: 'outbound-api' }
  const begun = await twilio(`/voice/${token}`, call)
  expect(begun.text).toContain('Shop: db is broken')
  expect(begun.text).toContain('<Gather numDigits="1" timeout="10"')
  expect((await twilio(`/voice/${token}/keys`, { ...call, Digits: '9' })).text).toContain('Press 1')
  expect((await world.alert('A-1')).status).toBe('firing')
  const taken = await twilio(`/voice/${token}/keys`, { ...call, Digits: '1' })
  expect(taken.text).toContain('You have it. Nobody else is being paged.')
  expect(taken.text).toContain('<Hangup/>')
  const after = await twilio(`/voice/${token}`, call)
  expect(after.text).toContain('Acknowledged by you at 14:00')
  expect(after.text).not.toContain('<Gather')
})

test('without a key a call repeats itself once and hangs up', async () => {
  await world.trigger('db')
  const token = await tokenOf('ana')
  const call = { CallSid: 'CA7', To: TELEPHONES.ana }
  expect((await twilio(`/voice/${token}`, call)).text).toContain(
    `/voice/${token}?again=1</Redirect>`,
  )
  const again = await twilio(`/voice/${token}?again=1`, call)
  expect(again.text).toContain('<Gather')
  expect(again.text).not.toContain('<Redirect')
  expect(again.text).toContain('<Hangup/>')
})

test('an answering machine hears nothing of it and never acknowledges; the next one is paged', async () => {
  await world.trigger('db')
  await sentAs('CA9')
  const token = await tokenOf('ana')
  const call = { CallSid: 'CA9', To: TELEPHONES.ana, AnsweredBy: 'machine_start' }
  expect((await twilio(`/voice/${token}`, call)).text).not.toContain('db is broken')
  await twilio(`/voice/${token}/keys`, { ...call, Digits: '1' })
  expect(await acknowledgements()).toEqual([])
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 ben')
  const { timeline } = await world.alert('A-1')
  expect(timeline.map((entry) => entry.sentence)).toContain(
    'webhook to Ana did not arrive (voicemail)',
  )
})

const sentAs = (providerId: string) =>
  world.app.db.withTx('web', (tx) =>
    tx.query("update attempts set provider_id = $1 where status = 'sent'", [providerId]),
  )

test('a call that nobody answered brings the next person at once', async () => {
  await world.trigger('db')
  await sentAs('CA1')
  await twilio('/status', { CallSid: 'CA1', CallStatus: 'ringing' })
  await world.beat()
  expect(world.told()).toBe('0 ana')
  await twilio('/status', { CallSid: 'CA1', CallStatus: 'no-answer' })
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 ben')
})

test('a call that was answered by key has arrived, however it ends', async () => {
  await world.trigger('db')
  await sentAs('CA1')
  await key(await tokenOf('ana'), TELEPHONES.ana)
  await twilio('/status', { CallSid: 'CA1', CallStatus: 'completed' })
  await world.beat()
  expect(world.told()).toBe('0 ana')
  const kinds = (await world.alert('A-1')).timeline.map((entry) => entry.kind)
  expect(kinds.filter((kind) => /delivered/.test(kind))).toEqual(['delivered'])
})

test('callbacks ten times over and out of order change nothing twice', async () => {
  await world.trigger('db')
  await sentAs('SM5')
  for (let count = 0; count < 10; count += 1)
    await twilio('/status', { MessageSid: 'SM5', MessageStatus: 'delivered' })
  for (const status of ['sent', 'queued', 'undelivered', 'failed', 'no-such-status'])
    await twilio('/status', { MessageSid: 'SM5', MessageStatus: status, ErrorCode: '30007' })
  await world.beat()
  const { timeline, pages } = await world.alert('A-1')
  const words = timeline.filter((entry) => /^(un)?delivered$/.test(entry.kind))
  expect(words.map((entry) => entry.sentence)).toEqual(['webhook to Ana arrived'])
  expect(world.told()).toBe('0 ana')
  expect(pages).toHaveLength(1)
})

test('a callback that is quicker than the answer to our own request is not lost', async () => {
  await hear({ what: 'delivery', providerId: 'SM6', outcome: 'undelivered', reason: 'error30003' })
  await world.trigger('db')
  expect(world.told()).toBe('0 ana')
  await sentAs('SM6')
  await world.beat()
  await world.beat()
  expect(world.told()).toBe('0 ana, 0 ben')
  const receipt = await world.api<string>('GET', `/api/v1/pages/${await pageOf('ana')}/receipt.txt`)
  expect(receipt.body).toContain('did not arrive, by the word of the provider (error30003)')
})

test('STOP switches the contact off, on the record, and START switches it on again', async () => {
  const from = { kind: 'pretend', address: TELEPHONES.ana }
  await hear({ what: 'stopped', from })
  const reason = async () =>
    world.app.db.withTx('web', (tx) =>
      tx.query<{ slug: string; why: string }>(
        'select slug, disabled_reason as why from contacts where disabled_reason is not null',
      ),
    )
  expect(await reason()).toEqual([{ slug: 'tel', why: 'stopped' }])
  const audit = await world.app.db.withTx('web', (tx) =>
    tx.query<{ action: string }>("select action from audit where object_kind = 'contact'"),
  )
  expect(audit.map((row) => row.action)).toEqual(['stopContact'])
  const doctor = await world.api<{ findings: { rule: string; sentence: string }[] }>(
    'GET',
    '/api/v1/doctor',
  )
  expect(doctor.body.findings.map((one) => one.sentence)).toContain(
    'nothing is sent to `tel` of Ana (`ana`): it was stopped',
  )
  const { people } = (
    await world.api<{ people: { slug: string; contacts: { slug: string; disabled: string }[] }[] }>(
      'GET',
      '/api/v1/people',
    )
  ).body
  const tel = people.find((one) => one.slug === 'ana')?.contacts.find((one) => one.slug === 'tel')
  expect(tel?.disabled).toBe('stopped')
  expect((await hear({ what: 'started', from })).done).toBe(true)
  expect(await reason()).toEqual([])
})

test('STOP in the middle of a page brings the next contact forward', async () => {
  await world.configure(
    PEOPLE.replace(
      'rules: { high: [ { after: 0m, use: hook } ], low',
      'rules: { high: [ { after: 0m, use: tel }, { after: 2m, use: tel }, { after: 4m, use: hook } ], low',
    ),
  )
  await world.trigger('db')
  expect(world.told()).toBe('')
  await hear({ what: 'stopped', from: { kind: 'pretend', address: TELEPHONES.ana } })
  await world.beat()
  expect(world.told()).toBe('0 ana')
  const { pages } = await world.alert('A-1')
  expect(pages[0]?.attempts.map((one) => [one.status, one.reason])).toEqual([
    ['sent', null],
    ['cancelled', 'stopped'],
    ['sent', null],
  ])
})

describe('the doors for vendors', () => {
  const ask = async (path: string, init: RequestInit = { method: 'POST' }) =>
    (await fetch(`${world.app.url}/hooks/${path}`, init)).status

  test('an unknown vendor and one that is not set up are both not there', async () => {
    expect(await ask('no-such-vendor')).toBe(404)
    expect(await ask('http-sms')).toBe(404)
    expect(await ask('constructor/x')).toBe(404)
    expect(await ask('')).toBe(404)
  })

  test('what is unsigned is refused, what is too large is not read, and nothing but POST is taken', async () => {
    expect(await ask('twilio/sms')).toBe(403)
    expect(await ask('twilio')).toBe(403)
    expect(await ask('twilio/sms', { method: 'POST', body: 'x'.repeat(600_000) })).toBe(413)
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      expect(await ask('twilio/sms', { method })).toBe(404)
  })
})

describe('texts', () => {
  const say = async (who: Who, body: string) => (await text(who, body, crypto.randomUUID())).text

  test('with one page open a word is enough, and the answer says so', async () => {
    await world.trigger('db')
    expect(await say('ana', 'ok, looking')).toContain('You have it. Nobody else is being paged.')
    expect(await say('ana', '1')).toContain('Acknowledged by you at 14:00')
  })

  test('with several open a code names one, and all takes all', async () => {
    await alsoDepotPagesAna()
    const asked = await say('ana', '1')
    const codes = [...asked.matchAll(/\b(\d{3}) (Shop|Depot)/g)]
    expect(codes).toHaveLength(2)
    expect((await world.alerts()).map((alert) => alert.status)).toEqual(['firing', 'firing'])
    const shop = codes.find((one) => one[2] === 'Shop')?.[1]
    await say('ana', `1 ${shop}`)
    expect((await world.alert('A-1')).status).toBe('acknowledged')
    expect((await world.alert('A-2')).status).toBe('firing')
  })

  test('a message carries its code, and an address that answers to it', async () => {
    await world.configure(
      PEOPLE.replace(
        'rules: { high: [ { after: 0m, use: hook }',
        'rules: { high: [ { after: 0m, use: tel }',
      ),
    )
    await world.trigger('db')
    const message = world.app.deps.screen.shown().at(-1)?.message
    const page = await pageOf('ana')
    expect(world.app.deps.links.read(message?.replyToken ?? '')).toBe(page)
    expect(await say('ana', `ack ${message?.code}`)).toContain('You have it.')
  })

  test('1 all acknowledges everything that is open for them', async () => {
    await alsoDepotPagesAna()
    await say('ana', '1 all')
    expect((await world.alerts()).map((alert) => alert.status)).toEqual([
      'acknowledged',
      'acknowledged',
    ])
  })

  test('a number that two people share needs a code, and then acts for the one who is meant', async () => {
    await world.configure(PEOPLE.replaceAll(TELEPHONES.ben, TELEPHONES.ana))
    await world.trigger('db')
    const asked = await say('ana', '1')
    expect((await world.alert('A-1')).status).toBe('firing')
    await say('ana', `ack ${/\b(\d{3}) Shop/.exec(asked)?.[1]}`)
    expect((await world.alert('A-1')).acknowledgedBy?.slug).toBe('ana')
  })

  test('a hundred wrong codes are five tries, and then fifteen minutes of silence (T14)', async () => {
    await alsoDepotPagesAna()
    const asked = await say('ana', '1')
    const right = [...asked.matchAll(/\b(\d{3}) /g)].map((one) => one[1])
    const wrong = Array.from({ length: 104 }, (_, index) => String(100 + index)).filter(
      (code) => !right.includes(code),
    )
    // The two nodes take turns, and count together.
    const nodes = [world.app, await world.node()]
    const from = { kind: 'sms', address: TELEPHONES.ana }
    let answered = 0
    for (const [index, code] of wrong.slice(0, 100).entries()) {
      const said = await nodes[index % 2]?.deps.hear({ what: 'said', text: `1 ${code}`, from })
      if (said?.sentence !== null) answered += 1
    }
    expect(answered).toBe(5)
    await say('ana', `1 ${right[0]}`)
    expect((await world.alerts()).every((alert) => alert.status === 'firing')).toBe(true)
    world.shift(16)
    await say('ana', `1 ${right[0]}`)
    expect((await world.alerts()).filter((alert) => alert.status === 'acknowledged')).toHaveLength(
      1,
    )
  })

  test('two instances do not talk to each other for ever (R58)', async () => {
    await world.trigger('db')
    let answers = 0
    let words = 'Shop: db is broken'
    for (let turn = 0; turn < 30; turn += 1) {
      const answer = /<Message>(.*)<\/Message>/.exec(await say('ana', words))?.[1]
      if (answer === undefined) continue
      answers += 1
      words = answer
    }
    expect(answers).toBe(1)
    const own = await twilio('/sms', { From: '+4930000000', Body: '1', MessageSid: 'SM0' })
    expect(own.text).not.toContain('<Message>')
    expect((await world.alert('A-1')).status).toBe('firing')
  })

  test('a stranger hears nothing, whatever they say', async () => {
    await world.trigger('db')
    const answer = await twilio('/sms', { From: '+4915555', Body: '1', MessageSid: 'SM3' })
    expect(answer.text).toContain('<Response></Response>')
    expect(await acknowledgements()).toEqual([])
  })

  async function alsoDepotPagesAna(): Promise<void> {
    await world.configure(
      PEOPLE.replace('steps: [ { page: [ person:cy ] } ]', 'steps: [ { page: [ person:ana ] } ]'),
    )
    await world.trigger('db')
    await world.api('POST', '/api/v1/alerts', {
      service: 'depot',
      title: 'belt stands',
      severity: 'critical',
    })
    await world.beat()
    expect(await pageIds('ana')).toHaveLength(2)
  }
})

describe('mail', () => {
  test('a holiday notice answers nothing', async () => {
    await world.trigger('db')
    await mail('ana@example.com', await mailTo('ana'), 'ok', { 'auto-submitted': 'auto-replied' })
    expect(await acknowledgements()).toEqual([])
  })

  test('the first line of one’s own counts, below what is quoted or above it', async () => {
    await world.trigger('db')
    await mail(
      'ana@example.com',
      await mailTo('ana'),
      'On Monday Allclear wrote:\n> ack\n> Critical since 14:00\n\nnot mine\n',
    )
    await world.beat()
    expect(world.told()).toBe('0 ana, 0 ben')
  })

  test('mail for anybody else is not taken', async () => {
    await world.trigger('db')
    await expect(mail('ana@example.com', 'root@pager.example.com', 'ack')).rejects.toThrow(/550/)
    await expect(mail('ana@example.com', ANSWERS_AT, 'ack')).rejects.toThrow(/550/)
  })

  test('a mail of a megabyte is refused, and the next one is taken', async () => {
    await world.trigger('db')
    const big = 'ack\n'.repeat(300_000)
    await expect(mail('ana@example.com', await mailTo('ana'), big)).rejects.toThrow(/552/)
    expect(await acknowledgements()).toEqual([])
    await mail('ana@example.com', await mailTo('ana'), 'acknowledge')
    expect(await acknowledgements()).toEqual(['Ana acknowledged'])
  })
})
