/**
 * What Twilio calls us for: what became of messages and calls, texts that came in, and calls that
 * are under way. Its signature carries no time; what is repeated is told by its own ids.
 */
import { textOf } from '../../notify/channel.ts'
import { normalAddress } from '../../notify/address.ts'
import type {
  Ear,
  Hear,
  HookReply,
  HookRequest,
  Reply,
  Said,
  Settings,
} from '../../notify/reply.ts'
import { KEYS_SENTENCE, speech } from '../../notify/speech.ts'
import { answerOfDigit, leaves } from '../../notify/words.ts'
import { isSigned } from './sign.ts'
import { ask, hangUp, message, nothing } from './reply-twiml.ts'

const FIELDS_MAX = 100

const plain = (status: number): HookReply => ({ status, contentType: 'text/plain', body: '' })

export const twilioEar: Ear = {
  vendor: 'twilio',
  async hear(request, settings, hear) {
    const form = formOf(request)
    const account = textOf(settings, 'account_sid')
    const isTheirs =
      form !== null &&
      form.get('AccountSid') === account &&
      isSigned(
        textOf(settings, 'auth_token'),
        request.headers.get('x-twilio-signature'),
        addressOf(request),
        form,
      )
    if (!form || account === '' || !isTheirs) return plain(403)
    const call = /^\/voice\/([^/]{1,200})(\/keys)?$/.exec(request.path)
    if (call?.[1] !== undefined)
      return call[2] === undefined
        ? begin(request, form, call[1], hear)
        : keys(request, form, call[1], hear)
    if (request.path === '/status') return status(form, hear)
    if (request.path === '/sms') return text(form, ownNumbers(settings), hear)
    return plain(404)
  },
}

/** Null: not a form. Twilio sends nothing else to us, so nothing else is looked at. */
function formOf({ method, headers, body }: HookRequest): URLSearchParams | null {
  const type = headers.get('content-type') ?? ''
  if (method !== 'POST' || !/^application\/x-www-form-urlencoded\b/i.test(type)) return null
  const form = new URLSearchParams(new TextDecoder().decode(body))
  return form.size > FIELDS_MAX ? null : form
}

const addressOf = ({ publicUrl, query }: HookRequest): string =>
  query.size === 0 ? publicUrl : `${publicUrl}?${query}`

const isMachine = (form: URLSearchParams): boolean =>
  /^(machine|fax)/.test(form.get('AnsweredBy') ?? '')

/** Of a call that we began, the one who was called; of any other, whoever calls. */
const callerOf = (form: URLSearchParams) => ({
  kind: 'call',
  address: (form.get('Direction') ?? 'outbound-api').startsWith('outbound')
    ? (form.get('To') ?? '')
    : (form.get('From') ?? ''),
})

const word = (
  providerId: string | null,
  outcome: 'delivered' | 'undelivered',
  reason: string | null,
): Reply[] => (providerId ? [{ what: 'delivery', providerId, outcome, reason }] : [])

/** A call was answered: the page is read out. A machine hears nothing of it. */
async function begin(
  request: HookRequest,
  form: URLSearchParams,
  token: string,
  hear: Hear,
): Promise<HookReply> {
  if (isMachine(form)) {
    for (const one of word(form.get('CallSid'), 'undelivered', 'voicemail')) await hear(one)
    return hangUp()
  }
  const said = await hear({ what: 'pressed', token, answer: 'repeat', from: callerOf(form) })
  return read(request, token, said, request.query.has('again'))
}

/** The page with its keys, or how it stands where there is nothing left to answer. */
function read(request: HookRequest, token: string, said: Said, isAgain: boolean): HookReply {
  if (!said.page) return hangUp(said.sentence === null ? [] : [said.sentence])
  const at = `${request.publicUrl.replace(/\/voice\/.*$/, '')}/voice/${token}`
  return ask([...speech(said.page), KEYS_SENTENCE], `${at}/keys`, isAgain ? null : `${at}?again=1`)
}

async function keys(
  request: HookRequest,
  form: URLSearchParams,
  token: string,
  hear: Hear,
): Promise<HookReply> {
  if (isMachine(form)) return hangUp()
  const digit = form.get('Digits') ?? ''
  const answer = answerOfDigit(digit) ?? 'repeat'
  const callSid = form.get('CallSid')
  const said = await hear({
    what: 'pressed',
    token,
    answer,
    from: callerOf(form),
    ...(callSid && answer !== 'repeat' ? { once: `${callSid} ${token} ${digit}` } : {}),
  })
  // A key is pressed by a person, on the telephone that was called: it arrived.
  if (said.done) for (const one of word(callSid, 'delivered', null)) await hear(one)
  return read(request, token, said, answer === 'repeat' && digit !== '9')
}

const MESSAGES: Readonly<Record<string, 'delivered' | 'undelivered'>> = {
  delivered: 'delivered',
  read: 'delivered',
  undelivered: 'undelivered',
  failed: 'undelivered',
  canceled: 'undelivered',
}
/** `completed` without a key that was pressed has reached nobody: somebody picked up and hung up. */
const CALLS: Readonly<Record<string, string>> = {
  completed: 'hungUp',
  busy: 'busy',
  'no-answer': 'noAnswer',
  failed: 'failed',
  canceled: 'canceled',
}

async function status(form: URLSearchParams, hear: Hear): Promise<HookReply> {
  for (const reply of wordOf(form)) await hear(reply)
  return plain(204)
}

function wordOf(form: URLSearchParams): Reply[] {
  const callStatus = form.get('CallStatus')
  if (callStatus !== null) {
    const reason = Object.hasOwn(CALLS, callStatus) ? CALLS[callStatus] : undefined
    if (reason === undefined) return []
    const why = isMachine(form) ? 'voicemail' : reason
    return word(form.get('CallSid'), 'undelivered', why)
  }
  const messageStatus = form.get('MessageStatus') ?? form.get('SmsStatus') ?? ''
  const outcome = Object.hasOwn(MESSAGES, messageStatus) ? MESSAGES[messageStatus] : undefined
  if (outcome === undefined) return []
  const code = /^\d{1,6}$/.exec(form.get('ErrorCode') ?? '')?.[0]
  const reason = outcome === 'delivered' ? null : code ? `error${code}` : messageStatus
  return word(form.get('MessageSid') ?? form.get('SmsSid'), outcome, reason)
}

const ownNumbers = (settings: Settings): readonly string[] =>
  ['from', 'sms_from'].map((name) => normalAddress(textOf(settings, name)))

async function text(form: URLSearchParams, own: readonly string[], hear: Hear): Promise<HookReply> {
  const address = form.get('From') ?? ''
  // Our own number answers nobody, least of all itself (R58).
  if (address === '' || own.includes(normalAddress(address))) return nothing()
  const from = { kind: 'sms', address }
  const id = form.get('MessageSid')
  const once = id ? { once: id } : {}
  const body = form.get('Body') ?? ''
  const left = OPT_OUTS[form.get('OptOutType') ?? ''] ?? leaves(body)
  if (left) {
    await hear({ what: left, from, ...once })
    // Twilio has answered these words itself, and lets no text of ours through after STOP.
    return nothing()
  }
  const said = await hear({ what: 'said', text: body, from, ...once })
  return said.sentence === null ? nothing() : message(said.sentence)
}

const OPT_OUTS: Readonly<Record<string, 'stopped' | 'started'>> = {
  STOP: 'stopped',
  START: 'started',
}
