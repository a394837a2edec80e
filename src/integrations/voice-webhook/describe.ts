import type { CarrierDescription } from '../../notify/carrier.ts'

export const describeVoiceWebhook: CarrierDescription = {
  kind: 'voice-webhook',
  label: 'Calls by a webhook',
  media: ['call'],
  needs: 'outbound',
  numbers: ['from'],
  settings: [
    {
      name: 'url',
      label: 'Address',
      kind: 'url',
      required: true,
      help: 'What dials: a small service in front of a PBX or a SIP trunk.',
    },
    {
      name: 'secret',
      label: 'Signing secret',
      kind: 'secret',
      required: false,
      help: 'whsec_ and 24 to 64 random bytes in base64. Left out: the organisation’s own.',
    },
    {
      name: 'from',
      label: 'Number it calls from',
      kind: 'phone',
      required: false,
      help: 'For the contact card, so that phones let it ring.',
    },
  ],
}
