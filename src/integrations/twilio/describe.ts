import type { CarrierDescription } from '../../notify/carrier.ts'

export const describeTwilio: CarrierDescription = {
  kind: 'twilio',
  label: 'Twilio, or a provider that speaks like it',
  media: ['sms', 'call'],
  needs: 'outbound',
  numbers: ['from', 'sms_from'],
  settings: [
    { name: 'account_sid', label: 'Account SID', kind: 'text', required: true },
    {
      name: 'auth_token',
      label: 'Auth token',
      kind: 'secret',
      required: true,
      help: 'Also proves that what is called back comes from the provider.',
    },
    {
      name: 'api_key',
      label: 'API key',
      kind: 'secret',
      required: false,
      help: 'SK…: used for sending in the place of the auth token, together with its secret.',
    },
    { name: 'api_secret', label: 'API key secret', kind: 'secret', required: false },
    {
      name: 'from',
      label: 'Number it calls from',
      kind: 'phone',
      required: true,
      help: 'Also the sender of texts, unless there is another.',
    },
    {
      name: 'sms_from',
      label: 'Sender of texts',
      kind: 'text',
      required: false,
      help: 'Another number, an alphanumeric sender id (nobody can reply to it), or the SID of a messaging service (MG…).',
    },
    {
      name: 'base_url',
      label: 'Server',
      kind: 'url',
      required: false,
      help: 'https://api.twilio.com, or a provider with the same API.',
    },
  ],
}
