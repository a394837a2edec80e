import { afterEach, beforeEach, expect, test } from 'vitest'
import { tell } from '../../src/notify/notice-store.ts'
import { type Provider, startProvider } from '../rigs/provider.ts'
import { twilioDialect } from '../rigs/provider-twilio.ts'
import { makeWorld, TEAM, type World } from '../rigs/world.ts'

const NUMBER = '+351912345678'
const BENS = '+351911111111'

let world: World
let first: Provider
let second: Provider
beforeEach(async () => {
  first = await startProvider({ dialect: twilioDialect() })
  second = await startProvider()
  world = await makeWorld()
})
afterEach(async () => {
  await world.end()
  await first.stop()
  await second.stop()
})

const bodyOf = (provider: Provider) => new URLSearchParams(provider.received.last()?.body)

/** Ana by text, Ben by a call; two carriers for texts, one for calls. */
const team = (more = '', carriers = true): string =>
  TEAM.replace('kind: webhook, url: "PHONES/ana"', `kind: sms, number: "${NUMBER}"`).replace(
    'kind: webhook, url: "PHONES/ben"',
    `kind: call, number: "${BENS}"`,
  ) +
  (carriers
    ? `
channels:
  twilio: { account_sid: AC1, auth_token: hush, from: "+15550001111", base_url: "${first.url}" }
  http-sms: { url: "${second.url}/send", from: "+15550002222" }
${more}`
    : `\nchannels: {}\n${more}`)

const seconds = (count: number): number => count / 60
/** The numbers that a provider took a message for, in order. */
const tookFor = (provider: Provider): (string | null)[] =>
  provider.received.all().map((one) => {
    const form = new URLSearchParams(one.body)
    return form.get('To') ?? form.get('to')
  })

async function attempts() {
  const { pages } = await world.alert('A-1')
  return pages.flatMap((page) => page.attempts)
}

test('a person is reached by text and the next by a call, and the receipt says who carried it', async () => {
  await world.configure(team())
  await world.trigger('db')
  expect(tookFor(first)).toEqual([NUMBER])
  expect(bodyOf(first).get('Body')).toMatch(
    /^Shop: db is broken\nCritical since .*\nhttp:\/\/127\.0\.0\.1:\d+\/p\/[\w.-]+$/,
  )
  await world.pass(5)
  expect(tookFor(first)).toEqual([NUMBER, BENS])
  expect(first.received.last()?.path).toContain('/Calls.json')
  expect((await attempts()).map((one) => [one.channel, one.carrier, one.status])).toEqual(
    expect.arrayContaining([
      ['sms', 'twilio', 'sent'],
      ['call', 'twilio', 'sent'],
    ]),
  )
  const [page] = (await world.alert('A-1')).pages
  const receipt = await world.api<string>('GET', `/api/v1/pages/${page?.id}/receipt.txt`)
  expect(receipt.body).toContain('by twilio (hook), try 1')
})

test('a carrier that is down costs no time: the other one has it within the same try (I12)', async () => {
  await world.configure(team())
  first.behave('unavailable503')
  await world.trigger('db')
  expect([tookFor(first), tookFor(second)]).toEqual([[], [NUMBER]])
  expect(world.minutes()).toBe(0)
  expect(await attempts()).toMatchObject([{ carrier: 'http-sms', status: 'sent', tryNumber: 1 }])
})

test('an answer that was lost is not repeated by the same carrier: the other one has it, once (I5)', async () => {
  await world.configure(team())
  first.behave('halfAnswer')
  await world.trigger('db')
  expect([tookFor(first), tookFor(second)]).toEqual([[NUMBER], []])
  await world.pass(seconds(59), seconds(1))
  expect([tookFor(first), tookFor(second)]).toEqual([[NUMBER], [NUMBER]])
})

test('with a single carrier a text whose answer was lost is looked for before it is repeated', async () => {
  // The provider dates what it took by a real clock.
  await world.end()
  world = await makeWorld({ start: Date.now() })
  await world.configure(team().replace(/ {2}http-sms:.*\n/, ''))
  first.behave('halfAnswer')
  await world.trigger('db')
  await world.pass(seconds(30), seconds(1))
  const tries = (await attempts()).filter((one) => one.channel === 'sms')
  expect(tries.map((one) => one.status)).toEqual(['unknown', 'sent'])
  expect(tookFor(first)).toEqual([NUMBER])
})

test('what was measured decides who is asked first, from the next page on', async () => {
  await world.configure(team())
  first.behave('unavailable503')
  for (const key of ['a', 'b', 'c', 'd']) {
    await world.trigger(key)
    await world.pass(2)
  }
  first.behave('ok')
  const before = tookFor(second).length
  for (const key of ['e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']) {
    await world.trigger(key)
    await world.pass(2)
  }
  // One in twenty tries whether the first works again.
  expect(tookFor(second).length - before).toBeGreaterThan(3)
})

test('a carrier whose texts are taken and do not arrive does not stay in front', async () => {
  await world.configure(team())
  for (const key of ['a', 'b', 'c', 'd']) {
    await world.trigger(key)
    await world.pass(2)
  }
  await world.app.db.withTx('web', (tx) =>
    tx.query(
      "update attempts set delivery = 'undelivered' where carrier = 'twilio' and channel = 'sms'",
    ),
  )
  await world.beat()
  const before = tookFor(second).length
  for (const key of ['e', 'f', 'g', 'h', 'i', 'j', 'k', 'l']) {
    await world.trigger(key)
    await world.pass(2)
  }
  expect(tookFor(second).length - before).toBeGreaterThan(3)
})

test('a number that is none goes to the next person at once, and no other carrier is asked', async () => {
  await first.stop()
  first = await startProvider({ dialect: twilioDialect(() => 21_211) })
  await world.configure(team())
  first.behave((n) => (n === 0 ? 'refused400' : 'ok'))
  await world.trigger('db')
  await world.pass(seconds(1))
  expect([tookFor(first), tookFor(second)]).toEqual([[BENS], []])
})

test('without a carrier a number reaches nobody, and everybody is told so', async () => {
  const planned = await world.api<{
    findings: { rule: string; sentence: string; wayOut: string }[]
  }>('POST', '/api/v1/plan', { text: team('', false).replaceAll('PHONES', 'http://127.0.0.1:9') })
  const finding = planned.body.findings.find((one) => one.rule === 'channelWithoutSettings')
  expect(finding?.sentence).toContain('`sms` is not set up')
  expect(finding?.wayOut).toContain('`channels: { twilio: … }` or `channels: { http-sms: … }`')
  await world.configure(team('', false))
  await world.trigger('db')
  // Ana and Ben are passed over, the fallback is paged at once.
  expect(world.told()).toBe('0 vp')
})

test('the last carrier cannot be taken away while somebody is reached by it', async () => {
  await world.configure(team())
  const refused = await world.api<{ message: string }>('POST', '/api/v1/apply', {
    text: 'channels: {}',
  })
  expect(refused.status).toBe(400)
  expect(JSON.stringify(refused.body)).toContain('channel `sms` cannot be removed')
})

test('a number outside of the countries is found in the plan, is sent no test, and the next person is paged at once', async () => {
  const text = team('  sms: { countries: "+44 +1" }')
  const planned = await world.api<{ findings: { rule: string; sentence: string }[] }>(
    'POST',
    '/api/v1/plan',
    { text: text.replaceAll('PHONES', 'http://127.0.0.1:9') },
  )
  expect(planned.body.findings.find((one) => one.rule === 'contactRefused')?.sentence).toContain(
    `${NUMBER} is in no country that \`sms\` may reach`,
  )
  await world.configure(text)
  const tested = await world.api('POST', '/api/v1/channels/sms/test', { number: NUMBER })
  expect(tested.body).toEqual({ outcome: 'gaveUp', reason: 'blockedCountry' })
  await world.trigger('db')
  await world.pass(seconds(1))
  expect([tookFor(first), tookFor(second)]).toEqual([[BENS], []])
})

test('what is no number is refused with the place where it stands', async () => {
  const planned = await world.api<{ errors?: unknown }>('POST', '/api/v1/plan', {
    text: team().replace(NUMBER, '912 345'),
  })
  expect(planned.status).toBe(400)
  expect(JSON.stringify(planned.body)).toContain('a phone number such as')
})

test('tests are counted, in all and by number, and a page is sent all the same (T15)', async () => {
  await world.configure(team('  sms: { tests_per_person: 3, tests_per_day: 5 }'))
  const ask = (number: string) =>
    world.api<{ outcome: string; reason: string | null }>('POST', '/api/v1/channels/sms/test', {
      number,
    })
  const asked = await Promise.all(Array.from({ length: 8 }, () => ask(NUMBER)))
  expect(asked.filter((one) => one.body.outcome === 'sent')).toHaveLength(3)
  expect(asked.filter((one) => one.body.reason === 'testBudget')).toHaveLength(5)
  for (const number of ['+351911111112', '+351911111113', '+351911111114']) await ask(number)
  expect(first.received.all().length + second.received.all().length).toBe(5)
  await world.trigger('db')
  expect([...tookFor(first), ...tookFor(second)].filter((one) => one === NUMBER)).toHaveLength(4)
})

test('above the cap of the month tests end and pages go on, and doctor says so', async () => {
  await world.configure(team('  sms: { price_cents: 10, cap_cents: 15 }'))
  await world.trigger('db')
  const tested = await world.api('POST', '/api/v1/channels/sms/test', { number: NUMBER })
  expect(tested.body).toEqual({ outcome: 'gaveUp', reason: 'spendCap' })
  await world.pass(2)
  await world.trigger('other')
  await world.pass(1)
  expect([...tookFor(first), ...tookFor(second)]).toEqual([NUMBER, NUMBER])
  const doctor = await world.api<{ findings: { rule: string }[] }>('GET', '/api/v1/doctor')
  expect(doctor.body.findings.map((one) => one.rule)).toContain('spendCap')
})

test('above the cap a notice goes to the next contact instead, below it is counted', async () => {
  const two = (cap: number) =>
    team(`  sms: { price_cents: 10, cap_cents: ${cap} }`)
      .replace(
        `number: "${NUMBER}" }`,
        `number: "${NUMBER}" }, { id: mail, kind: webhook, url: "PHONES/ana" }`,
      )
      .replace(
        'low: [ { after: 0m, use: hook } ]',
        'low: [ { after: 0m, use: hook }, { after: 1m, use: mail } ]',
      )
  const notify = async (onceKey: string) => {
    const { tools, db } = world.app.deps
    await db.withTx('paging', async (tx) => {
      const [ana] = await tx.query<{ id: string }>("select id from people where slug = 'ana'")
      const one = { personId: ana?.id ?? '', kind: 'surveyOpen', params: {}, onceKey } as const
      await tell(tx, [one], () => tools.makeId(tx.now))
    })
    await world.pass(1, seconds(5))
  }
  await world.configure(two(10))
  await notify('first')
  expect([tookFor(first), world.told()]).toEqual([[NUMBER], ''])
  await notify('second')
  expect(tookFor(first)).toEqual([NUMBER])
  expect(world.rang.map((one) => [one.who, one.body.type])).toEqual([['ana', 'page.notice']])
})

test('whoever is signed in saves the numbers that pages come from', async () => {
  const none = await world.api('GET', '/api/v1/contact-card.vcf')
  expect(none.status).toBe(404)
  await world.configure(team())
  const card = await world.api<string>('GET', '/api/v1/contact-card.vcf')
  expect(card.body).toContain('TEL;TYPE=WORK,VOICE:+15550001111\r\n')
  expect(card.body).toContain('TEL;TYPE=WORK,VOICE:+15550002222\r\n')
})

test('carriers are set up like channels, and their secrets stay inside', async () => {
  await world.configure(team())
  const listed = await world.api<{
    channels: {
      kind: string
      isSetUp: boolean
      carriedBy: string[]
      settings: { name: string; value: unknown }[]
    }[]
  }>('GET', '/api/v1/channels')
  const of = (kind: string) => listed.body.channels.find((one) => one.kind === kind)
  expect([of('sms')?.isSetUp, of('call')?.isSetUp, of('voice-webhook')?.isSetUp]).toEqual([
    true,
    true,
    false,
  ])
  expect(of('sms')?.carriedBy).toEqual(['twilio', 'http-sms'])
  expect(JSON.stringify(listed.body)).not.toContain('hush')
  const exported = await world.api<string>('GET', '/api/v1/export')
  expect(exported.body).toContain('http-sms:')
  expect(exported.body).not.toContain('hush')
  const put = await world.api('PUT', '/api/v1/channels/voice-webhook', {
    url: `${second.url}/dial`,
  })
  expect(put.status).toBe(200)
  const metrics = await world.api<string>('GET', '/metrics')
  expect(metrics.status).toBe(200)
})

test.each([
  ['sms', { countries: 'nowhere' }, 'countries'],
  ['sms', { tests_per_day: 1.5 }, 'tests_per_day'],
  ['twilio', { account_sid: 'AC1', auth_token: 'x', from: '0123' }, 'from'],
  ['http-sms', { url: 'gateway.example.com' }, 'url'],
  ['http-sms', { url: 'https://gateway.example.com', text_field: 'a b' }, 'text_field'],
])('%s is not set up with %j, and nothing of it is kept', async (kind, settings, field) => {
  const put = await world.api('PUT', `/api/v1/channels/${kind}`, settings)
  expect([put.status, JSON.stringify(put.body).includes(`"${field}"`)]).toEqual([400, true])
  const listed = await world.api<{ channels: { kind: string; settings: { value: unknown }[] }[] }>(
    'GET',
    '/api/v1/channels',
  )
  const found = listed.body.channels.find((one) => one.kind === kind)
  expect(found?.settings.every((one) => one.value === null)).toBe(true)
})
