/** A provider that speaks Twilio's REST API: texts and calls are created, and late texts are listed. */
import type { Dialect } from './provider.ts'
import type { Ledger } from './ledger.ts'

const CODES: Readonly<Record<number, number>> = {
  400: 21602,
  401: 20003,
  404: 20404,
  410: 20410,
  429: 20429,
  500: 20500,
  503: 20503,
}

/** @param codeOf the code of a refusal, for those that ask for one */
export const twilioDialect = (
  codeOf: (status: number) => number | undefined = () => undefined,
): Dialect => ({
  accepted(received) {
    const all = received.all()
    const isCall = all.at(-1)?.path.includes('/Calls.json') ?? false
    return { status: 201, body: { sid: sidOf(isCall ? 'CA' : 'SM', all.length), status: 'queued' } }
  },
  refused(status) {
    const code = codeOf(status) ?? CODES[status] ?? 20001
    return { code, message: 'refused', more_info: `https://www.example.com/errors/${code}`, status }
  },
  asked: (method, url, received) =>
    method === 'GET' && url.includes('/Messages.json') ? listed(url, received) : null,
})

const sidOf = (prefix: string, number: number): string =>
  `${prefix}${number.toString(16).padStart(32, '0')}`

function listed(url: string, received: Ledger): Record<string, unknown> {
  const to = new URL(url, 'http://localhost').searchParams.get('To')
  const messages = received.all().flatMap((one, index) => {
    const form = new URLSearchParams(one.body)
    if (form.get('To') !== to || !form.has('Body')) return []
    const created = new Date(one.at).toUTCString()
    const sid = sidOf('SM', index + 1)
    return [{ sid, to, body: form.get('Body'), date_created: created, status: 'sent' }]
  })
  return { messages: messages.toReversed(), page: 0 }
}
