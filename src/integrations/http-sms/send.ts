/** Texts by any gateway that takes a POST: a modem in the rack, or one of the many small providers. */
import type { EgressResponse } from '../../egress/egress.ts'
import type { Carrier } from '../../notify/carrier.ts'
import { type Outcome, presentableLine, textOf, type Values } from '../../notify/channel.ts'
import { textMessage } from '../../notify/text-message.ts'
import { CARRIER_CALL_MS, type CarrierDeps, jsonOf } from '../carrier.ts'
import { post } from '../http-outcome.ts'
import { webhookId } from '../webhook/sign.ts'
import { describeHttpSms, FIELD } from './describe.ts'

export { describeHttpSms } from './describe.ts'

const ANSWER_BYTES_MAX = 65_536

export function createHttpSmsCarrier(deps: CarrierDeps): Carrier {
  return {
    describe: describeHttpSms,
    async send(_medium, message, number, settings, signal) {
      // What such a gateway hears does not come back to us: no reply is asked for.
      const values = valuesOf(
        settings,
        number,
        textMessage(message, textOf(settings, 'inbound_secret') !== ''),
      )
      if (values === null) return { kind: 'gaveUp', reason: 'notConfigured' }
      const isJson = settings.json === true
      const authorization = textOf(settings, 'authorization_secret')
      return post(
        deps.egress,
        {
          method: 'POST',
          url: textOf(settings, 'url'),
          headers: {
            'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
            'idempotency-key': webhookId(message.idempotencyKey),
            ...(authorization === '' ? {} : { authorization }),
          },
          body: isJson
            ? JSON.stringify(Object.fromEntries(values))
            : new URLSearchParams(values).toString(),
          signal,
          timeoutMs: deps.callMs ?? CARRIER_CALL_MS,
          responseBytesMax: ANSWER_BYTES_MAX,
        },
        read,
      )
    },
  }
}

/** Null where a field is named as no field can be. */
function valuesOf(settings: Values, number: string, text: string): [string, string][] | null {
  const sender = presentableLine(textOf(settings, 'from'), 64)
  const values: [string, string][] = [
    [textOf(settings, 'number_field') || 'to', number],
    [textOf(settings, 'text_field') || 'text', text],
  ]
  if (sender !== '') values.push([textOf(settings, 'from_field') || 'from', sender])
  const names = new Set(values.map(([name]) => name))
  const isGood =
    [...names].every((name) => new RegExp(FIELD).test(name)) && names.size === values.length
  return isGood ? values : null
}

/** Gateways have no common answer: a 2xx is a yes, and an id is kept where there seems to be one. */
function read({ body }: EgressResponse): Outcome {
  const { id, message_id: messageId } = jsonOf(body)
  const found = [id, messageId].find((one) => typeof one === 'string' || typeof one === 'number')
  return { kind: 'sent', providerId: found === undefined ? null : String(found).slice(0, 64) }
}
