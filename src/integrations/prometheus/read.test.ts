import { expect, test } from 'vitest'
import { type EgressRequest, EgressError, type EgressResponse } from '../../egress/egress.ts'
import { HOUR, MINUTE } from '../../lib/instant.ts'
import type { RangeAnswer } from '../../slo/indicator.ts'
import type { MetricsSource } from '../../slo/objective.ts'
import { createPrometheus } from './read.ts'

const NOW = Date.UTC(2026, 10, 23, 14, 0)
const SOURCE: MetricsSource = {
  id: 'x',
  slug: 'prom',
  name: 'Prom',
  kind: 'prometheus',
  url: 'http://prometheus:9090/base',
  username: null,
  password: null,
  token: null,
  tenant: null,
}
const ASKED = { query: 'requests_total', from: NOW - HOUR, to: NOW, stepMs: MINUTE }

async function ask(
  answer: Partial<EgressResponse> | EgressError,
  more: { source?: Partial<MetricsSource>; asked?: Partial<typeof ASKED> } = {},
): Promise<{ sent: EgressRequest[]; found: RangeAnswer }> {
  const sent: EgressRequest[] = []
  const reader = createPrometheus({
    async request(request) {
      sent.push(request)
      if (answer instanceof EgressError) throw answer
      return { status: 200, headers: {}, body: '', retryAfterMs: null, ...answer }
    },
  })
  const facts = { now: NOW, signal: new AbortController().signal }
  const found = await reader.range(
    { ...SOURCE, ...more.source },
    { ...ASKED, ...more.asked },
    facts,
  )
  return { sent, found }
}

const matrix = (...series: unknown[]) => ({
  body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: series } }),
})

const reason = async (answer: Partial<EgressResponse> | EgressError): Promise<string> => {
  const { found } = await ask(answer)
  return found.kind === 'failed' ? found.reason : found.kind
}

test('asks for a range at the address with its path, as whoever it is and for its tenant', async () => {
  const { sent } = await ask(matrix(), { source: { token: 't', tenant: 'shop' } })
  expect(sent[0]).toMatchObject({
    method: 'POST',
    url: 'http://prometheus:9090/base/api/v1/query_range',
    headers: { authorization: 'Bearer t', 'x-scope-orgid': 'shop' },
    body: `query=requests_total&start=${(NOW - HOUR) / 1000}&end=${NOW / 1000}&step=60&partial_response=false`,
  })
  const basic = await ask(matrix(), { source: { username: 'ana', password: 'pw' } })
  expect(basic.sent[0]?.headers?.authorization).toBe('Basic YW5hOnB3')
})

test('numbers are read, and what is none is not there', async () => {
  const at = NOW / 1000
  const { found } = await ask(
    matrix(
      { values: [[at - 60, '1'], [at - 30, 'NaN'], [at - 20, '+Inf'], [at, '2.5'], 'x'] },
      {},
      null,
    ),
  )
  expect(found).toEqual({
    kind: 'series',
    series: [
      [
        { at: NOW - MINUTE, value: 1 },
        { at: NOW, value: 2.5 },
      ],
      [],
      [],
    ],
  })
})

test('nothing that the other side may answer is taken for data', async () => {
  expect(await reason({ body: '<html>Sign in</html>' })).toBe(
    'answers with something that is not its API',
  )
  expect(await reason({ body: '' })).toBe('answers with something that is not its API')
  expect(
    await reason({ body: '{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}' }),
  ).toBe('answers with something other than series')
  expect(await reason({ status: 500, body: 'oops' })).toBe('answers 500')
  expect(
    await reason({ status: 400, body: '{"status":"error","error":"parse\\u001b[31m error"}' }),
  ).toMatch(/^answers 400: parse/)
  expect(await reason({ status: 401, body: '' })).toBe('answers 401')
  expect(await reason(matrix(...Array.from({ length: 2_001 }, () => ({ values: [] }))))).toMatch(
    /2001 series, at most 2000/,
  )
  expect(
    await reason({ ...matrix(), headers: { date: new Date(NOW + 5 * MINUTE).toUTCString() } }),
  ).toBe('has a clock that is off by 5 min')
  expect(
    await reason(new EgressError({ kind: 'failed', reason: 'timeout', maybeDelivered: true })),
  ).toBe('does not answer in time')
  expect(
    await reason(
      new EgressError({ kind: 'failed', reason: 'blockedAddress', maybeDelivered: false }),
    ),
  ).toMatch(/ALLCLEAR_EGRESS_ALLOW/)
})

test('more than can be taken at once is asked for in smaller pieces', async () => {
  const tooMany =
    '{"status":"error","error":"exceeded maximum resolution of 11,000 points per timeseries"}'
  expect(await reason({ status: 400, body: tooMany })).toBe('tooLarge')
  expect(
    await reason(
      new EgressError({ kind: 'failed', reason: 'responseTooLarge', maybeDelivered: true }),
    ),
  ).toBe('tooLarge')
  const { sent, found } = await ask(matrix(), { asked: { from: NOW - 11_001 * MINUTE } })
  expect([sent, found]).toEqual([[], { kind: 'tooLarge' }])
})
