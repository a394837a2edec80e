/** Texts and calls by Twilio, and by whoever speaks its API. */
import { EgressError, type EgressResponse } from '../../egress/egress.ts'
import type { Carrier, Medium } from '../../notify/carrier.ts'
import { type Outcome, type Outgoing, textOf, type Values } from '../../notify/channel.ts'
import { CARRIER_CALL_MS, type CarrierDeps, jsonOf } from '../carrier.ts'
import { outcomeOf, post } from '../http-outcome.ts'
import { webhookId } from '../webhook/sign.ts'
import { refusalOf } from './codes.ts'
import { describeTwilio } from './describe.ts'
import { findTaken, listUrl } from './find.ts'
import { formOf, hooksAt, wordsOf } from './forms.ts'

export { describeTwilio } from './describe.ts'

const SERVER = 'https://api.twilio.com'
const ACCOUNT = /^[A-Za-z0-9_-]{2,64}$/
const ANSWER_BYTES_MAX = 65_536
const LIST_BYTES_MAX = 500_000

export function createTwilioCarrier(deps: CarrierDeps): Carrier {
  const { egress } = deps
  const timeoutMs = deps.callMs ?? CARRIER_CALL_MS
  return {
    describe: describeTwilio,
    async send(medium, message, number, settings, signal) {
      const account = textOf(settings, 'account_sid')
      if (!ACCOUNT.test(account)) return { kind: 'gaveUp', reason: 'notConfigured' }
      const base = (textOf(settings, 'base_url') || SERVER).replace(/\/+$/, '')
      const resource = `${base}/2010-04-01/Accounts/${account}/${RESOURCES[medium]}`
      const authorization = basic(settings, account)
      const hooksUrl = hooksAt(deps.publicUrl, settings)
      if (message.again !== undefined && medium === 'sms') {
        const text = wordsOf(message, settings, hooksUrl)
        const known = await lookUp(message, message.again.since, { number, text })
        if (known !== null) return { kind: 'sent', providerId: known }
      }
      return post(
        egress,
        {
          method: 'POST',
          url: resource,
          headers: {
            authorization,
            'content-type': 'application/x-www-form-urlencoded',
            // Not asked for by Twilio, and heeded by some that speak like it.
            'idempotency-key': webhookId(message.idempotencyKey),
          },
          body: formOf(medium, message, { number, settings, hooksUrl }).toString(),
          signal,
          timeoutMs,
          responseBytesMax: ANSWER_BYTES_MAX,
        },
        read,
        refusalOf,
      )

      async function lookUp(
        sought: Outgoing,
        since: number,
        wanted: { number: string; text: string },
      ): Promise<string | null> {
        try {
          const answer = await egress.request({
            method: 'GET',
            url: listUrl(resource, number, since),
            headers: { authorization },
            signal,
            timeoutMs,
            responseBytesMax: LIST_BYTES_MAX,
          })
          return findTaken(answer, sought, { ...wanted, since })
        } catch (cause) {
          if (cause instanceof EgressError) return null
          throw cause
        }
      }
    },
  }
}

const RESOURCES: Readonly<Record<Medium, string>> = { sms: 'Messages.json', call: 'Calls.json' }

function basic(settings: Values, account: string): string {
  const key = textOf(settings, 'api_key')
  const secret = textOf(settings, 'api_secret')
  const pair =
    key !== '' && secret !== ''
      ? `${key}:${secret}`
      : `${account}:${textOf(settings, 'auth_token')}`
  return `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`
}

/** What was taken has an id. A 2xx without one may come from anybody on the way. */
function read({ body }: EgressResponse): Outcome {
  const { sid, code } = jsonOf(body)
  if (typeof sid === 'string' && sid !== '') return { kind: 'sent', providerId: sid.slice(0, 64) }
  if (typeof code === 'number') return refusalOf({ ...REFUSED, body }) ?? outcomeOf(400)
  return { kind: 'unknown', reason: 'badAnswer' }
}

const REFUSED = { status: 400, headers: {}, retryAfterMs: null }
