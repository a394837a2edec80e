import type { CarrierDescription } from '../../notify/carrier.ts'

/** What a gateway may call its fields. */
export const FIELD = '^[A-Za-z][A-Za-z0-9_.-]{0,63}$'
const pattern = { source: FIELD, is: 'the name of a field such as `to`' }

export const describeHttpSms: CarrierDescription = {
  kind: 'http-sms',
  label: 'SMS gateway over HTTP',
  media: ['sms'],
  needs: 'outbound',
  numbers: ['from'],
  settings: [
    { name: 'url', label: 'Address', kind: 'url', required: true },
    {
      name: 'json',
      label: 'As JSON',
      kind: 'boolean',
      required: false,
      help: 'Off: as a form.',
    },
    {
      name: 'number_field',
      label: 'Field of the number',
      kind: 'text',
      required: false,
      help: '`to` by default.',
      pattern,
    },
    {
      name: 'text_field',
      label: 'Field of the text',
      kind: 'text',
      required: false,
      help: '`text` by default.',
      pattern,
    },
    {
      name: 'from_field',
      label: 'Field of the sender',
      kind: 'text',
      required: false,
      help: '`from` by default; sent where there is a sender.',
      pattern,
    },
    { name: 'from', label: 'Sender', kind: 'text', required: false },
    {
      name: 'authorization_secret',
      label: 'Authorization header',
      kind: 'secret',
      required: false,
      help: 'The whole of it: `Bearer …` or `Basic …`.',
    },
    {
      name: 'inbound_secret',
      label: 'Secret of incoming texts',
      kind: 'secret',
      required: false,
      help: 'The gateway sends it along with each answer, to /hooks/http-sms.',
    },
  ],
}
