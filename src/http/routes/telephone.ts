import { notFound } from '../../lib/problem.ts'
import { contactCard } from '../../notify/contact-card.ts'
import { type Route, route } from '../route.ts'

const NOTE =
  'Let this contact ring at any time: it calls when something is broken and you are on call.'

export const telephoneRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/api/v1/contact-card.vcf',
    summary: 'The numbers that pages come from, as a contact to save on a phone',
    policy: { signedIn: true },
    reply: null,
    async handle({ deps }) {
      const numbers = deps.callerNumbers()
      if (numbers.length === 0) throw notFound('number to call from')
      const card = { name: 'Allclear', numbers, url: deps.publicUrl || null, note: NOTE }
      return {
        text: contactCard(card),
        headers: {
          'content-type': 'text/vcard; charset=utf-8',
          'content-disposition': 'attachment; filename="allclear.vcf"',
        },
      }
    },
  }),
]
