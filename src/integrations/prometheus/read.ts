/** The HTTP API of Prometheus, and of those who speak it: Thanos, Mimir, VictoriaMetrics. */
import type { Egress, EgressResponse } from '../../egress/egress.ts'
import { EgressError } from '../../egress/egress.ts'
import { isRecord } from '../../lib/json.ts'
import { type Instant, MINUTE, SECOND } from '../../lib/instant.ts'
import { printable, truncate } from '../../lib/text.ts'
import type { Sample } from '../../slo/increase.ts'
import type { MetricsReader, RangeAnswer } from '../../slo/indicator.ts'
import type { MetricsSource } from '../../slo/objective.ts'

/** What Prometheus itself allows in one answer. */
export const POINTS_MAX = 11_000
const SERIES_MAX = 2_000
/** A clock that is off by more counts in the wrong minutes. */
const CLOCK_OFF_MAX = 90 * SECOND

export const createPrometheus = (egress: Pick<Egress, 'request'>): MetricsReader => ({
  kind: 'prometheus',
  async range(source, asked, { now, signal }) {
    if ((asked.to - asked.from) / asked.stepMs > POINTS_MAX) return { kind: 'tooLarge' }
    const form = new URLSearchParams({
      query: asked.query,
      start: String(asked.from / SECOND),
      end: String(asked.to / SECOND),
      step: String(asked.stepMs / SECOND),
      // Half of the data is worse than none. Others than Thanos do not look at it.
      partial_response: 'false',
    })
    try {
      const answer = await egress.request({
        method: 'POST',
        url: `${source.url}/api/v1/query_range`,
        headers: headersOf(source),
        body: form.toString(),
        signal,
      })
      return read(answer, now)
    } catch (cause) {
      if (!(cause instanceof EgressError)) throw cause
      if (cause.reason === 'responseTooLarge') return { kind: 'tooLarge' }
      return failed(WORDS[cause.reason] ?? `cannot be reached (${cause.reason})`)
    }
  },
})

const WORDS: Readonly<Record<string, string>> = {
  timeout: 'does not answer in time',
  connectionRefused: 'refuses connections',
  dnsFailed: 'has a name that is not known',
  blockedAddress: 'has an address inside that is not opened (ALLCLEAR_EGRESS_ALLOW)',
  blockedPort: 'has a port that is not opened (ALLCLEAR_EGRESS_ALLOW)',
  tlsFailed: 'has a certificate that is not trusted',
  redirected: 'redirects elsewhere, which is not followed',
}

function headersOf(source: MetricsSource): Record<string, string> {
  const { token, username, password, tenant } = source
  const basic = Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')
  return {
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(token === null && username !== null ? { authorization: `Basic ${basic}` } : {}),
    ...(tenant === null ? {} : { 'x-scope-orgid': tenant }),
  }
}

const failed = (reason: string, retryAfterMs: number | null = null): RangeAnswer => ({
  kind: 'failed',
  reason,
  retryAfterMs,
})

function read(answer: EgressResponse, now: Instant): RangeAnswer {
  const body = parse(answer.body)
  if (answer.status !== 200 || !isRecord(body) || body.status !== 'success') {
    const said = isRecord(body) && typeof body.error === 'string' ? body.error : null
    if (said !== null && /exceeded maximum resolution|too many (points|samples)/i.test(said))
      return { kind: 'tooLarge' }
    const words = said === null ? '' : `: ${truncate(printable(said).replace(/\s+/g, ' '), 200)}`
    if (answer.status === 200 && said === null)
      return failed('answers with something that is not its API')
    return failed(`answers ${answer.status}${words}`, answer.retryAfterMs)
  }
  const theirs = Date.parse(answer.headers.date ?? '')
  if (Math.abs(theirs - now) > CLOCK_OFF_MAX)
    return failed(`has a clock that is off by ${Math.round(Math.abs(theirs - now) / MINUTE)} min`)
  const { data } = body
  if (!isRecord(data) || data.resultType !== 'matrix' || !Array.isArray(data.result))
    return failed('answers with something other than series')
  if (data.result.length > SERIES_MAX)
    return failed(`gives ${data.result.length} series, at most ${SERIES_MAX} are read: add up more`)
  return { kind: 'series', series: data.result.map((one) => samplesOf(one)) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What is not a number is not there. */
function samplesOf(series: unknown): Sample[] {
  if (!isRecord(series) || !Array.isArray(series.values)) return []
  return series.values.flatMap((pair: unknown): Sample[] => {
    if (!Array.isArray(pair)) return []
    const [at, value] = [Number(pair[0]) * SECOND, Number(pair[1])]
    return Number.isFinite(at) && Number.isFinite(value) ? [{ at: Math.round(at), value }] : []
  })
}
