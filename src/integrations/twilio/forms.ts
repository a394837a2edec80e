/** The forms of a text and of a call, as data. */
import type { Medium } from '../../notify/carrier.ts'
import { type Outgoing, presentableLine, textOf, type Values } from '../../notify/channel.ts'
import { textMessage } from '../../notify/text-message.ts'
import { tokenOf } from '../carrier.ts'
import { spokenTwiml } from './twiml.ts'

/** A text that arrives later than the next level is paged only confuses. */
const VALID_SECONDS = 600
const RING_SECONDS = 30
const PHONE = /^\+[1-9]\d{5,14}$/

export type FormFacts = {
  number: string
  settings: Values
  /** `https://pager.example.com/hooks/twilio`; null: nothing can be called back. */
  hooksUrl: string | null
}

export const formOf = (medium: Medium, message: Outgoing, facts: FormFacts): URLSearchParams =>
  medium === 'sms' ? textForm(message, facts) : callForm(message, facts)

function textForm(message: Outgoing, { number, settings, hooksUrl }: FormFacts): URLSearchParams {
  const sender = senderOf(settings)
  const form = new URLSearchParams({
    To: number,
    [/^MG[0-9a-f]{32}$/i.test(sender) ? 'MessagingServiceSid' : 'From']: sender,
    Body: wordsOf(message, settings, hooksUrl),
    ValidityPeriod: String(VALID_SECONDS),
  })
  if (hooksUrl !== null) form.set('StatusCallback', `${hooksUrl}/status`)
  return form
}

/** The words of a text, which are the same on every try. */
export const wordsOf = (message: Outgoing, settings: Values, hooksUrl: string | null): string =>
  textMessage(message, hooksUrl !== null && canBeAnswered(senderOf(settings)))

/** Nobody can reply to a name. */
const canBeAnswered = (sender: string): boolean => PHONE.test(sender) || sender.startsWith('MG')

const senderOf = (settings: Values): string =>
  presentableLine(textOf(settings, 'sms_from') || textOf(settings, 'from'), 64)

function callForm(message: Outgoing, { number, settings, hooksUrl }: FormFacts): URLSearchParams {
  const form = new URLSearchParams({
    To: number,
    From: presentableLine(textOf(settings, 'from'), 64),
    Timeout: String(RING_SECONDS),
    // A machine that picks up is told nothing that acknowledges.
    MachineDetection: 'Enable',
  })
  const token = tokenOf(message)
  if (hooksUrl !== null && token !== null) form.set('Url', `${hooksUrl}/voice/${token}`)
  else form.set('Twiml', spokenTwiml(message))
  if (hooksUrl !== null) {
    form.set('StatusCallback', `${hooksUrl}/status`)
    for (const event of ['initiated', 'ringing', 'answered', 'completed'])
      form.append('StatusCallbackEvent', event)
  }
  return form
}

/** A stranger's server calls back over https only; one that the operator named may be next to us. */
export function hooksAt(publicUrl: string | null, settings: Values): string | null {
  if (publicUrl === null) return null
  const isOurs = textOf(settings, 'base_url') !== ''
  return publicUrl.startsWith('https://') || isOurs ? `${publicUrl}/hooks/twilio` : null
}
