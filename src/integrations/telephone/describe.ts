import type { CarrierDescription, Medium } from '../../notify/carrier.ts'
import { type ChannelDescription, type Field, textOf } from '../../notify/channel.ts'
import { isAllowed, prefixesIn } from './country.ts'

const CONTACT: readonly Field[] = [
  {
    name: 'number',
    label: 'Number',
    kind: 'phone',
    required: true,
    help: 'With + and the country, without blanks: +351912345678.',
  },
]

const SETTINGS: readonly Field[] = [
  {
    name: 'countries',
    label: 'Countries',
    kind: 'text',
    required: false,
    help: 'What numbers have to begin with: +351 +44. Left out: all countries.',
    pattern: {
      source: '^\\+?[1-9]\\d{0,14}([ ,;]+\\+?[1-9]\\d{0,14})*$',
      is: 'beginnings of numbers such as "+351 +44"',
    },
  },
  {
    name: 'tests_per_person',
    label: 'Tests a person and day',
    kind: 'number',
    required: false,
    help: '10 by default.',
  },
  {
    name: 'tests_per_day',
    label: 'Tests a day, in all',
    kind: 'number',
    required: false,
    help: '100 by default.',
  },
  {
    name: 'price_cents',
    label: 'Price of one, in cents',
    kind: 'number',
    required: false,
    help: 'What one costs in your currency, to reckon the cap with.',
  },
  {
    name: 'cap_cents',
    label: 'Cap a month, in cents',
    kind: 'number',
    required: false,
    help: 'Above it no tests and notices are sent. Pages always are.',
  },
]

const LABELS: Readonly<Record<Medium, string>> = { sms: 'Text message', call: 'Voice call' }

/** @param carriers all there are: those that carry it are named */
export const describeTelephone = (
  medium: Medium,
  carriers: readonly CarrierDescription[],
): ChannelDescription => ({
  kind: medium,
  label: LABELS[medium],
  loudness: medium === 'sms' ? 'text' : 'call',
  needs: 'outbound',
  contact: CONTACT,
  settings: SETTINGS,
  carriedBy: carriers.filter((one) => one.media.includes(medium)).map((one) => one.kind),
  whyRefused(contact, settings) {
    const number = textOf(contact, 'number')
    if (isAllowed(number, prefixesIn(settings))) return null
    return `${number} is in no country that \`${medium}\` may reach (\`countries\`)`
  },
})

/** A carrier among what has settings: nobody's kind of contact. */
export const describeCarrier = ({
  kind,
  label,
  media,
  needs,
  settings,
}: CarrierDescription): ChannelDescription => ({
  kind,
  label,
  loudness: 'quiet',
  needs,
  contact: [],
  settings,
  carries: media,
})
