import { call, Refused } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

type ContactShown = {
  id: string
  slug: string
  kind: string
  address: string
  verifiedAt: string | null
  testedAt: string | null
  disabledReason: string | null
}
type ReachShown = {
  contacts: ContactShown[]
  plan: { high: { after: string; contact: string; kind: string }[] }
  findings: { sentence: string }[]
}

/** How a person is reached: seen, tried and proven. `me` is whoever is signed in. */
export function contactCommands({ program, to, print, end }: Shell): void {
  const reachOf = (person: string) =>
    call<ReachShown>(to(), 'GET', `/api/v1/people/${encodeURIComponent(person)}/contacts`)

  program
    .command('contacts [person]')
    .description('how I am (or a person is) reached, and what was proven of it')
    .action(async (person = 'me') => {
      const found = await reachOf(person)
      print(found, () => reachText(found))
    })

  program
    .command('send-test [person]')
    .description('send a test page, with a code in it, over every contact of mine or of a person')
    .action(async (person = 'me') => {
      const results: { contact: string; kind: string; sentence: string; outcome: string }[] = []
      for (const contact of (await reachOf(person)).contacts) {
        const path = `/api/v1/contacts/${contact.id}/test`
        const sent = await call<{ outcome: string; sentence: string }>(to(), 'POST', path, {})
        results.push({ contact: contact.slug, kind: contact.kind, ...sent })
      }
      print(results, () =>
        table(
          ['CONTACT', 'CHANNEL', 'RESULT'],
          results.map((one) => [one.contact, one.kind, one.sentence]),
        ),
      )
      if (results.some((one) => one.outcome !== 'sent')) end(EXIT.refused)
    })

  program
    .command('confirm <contact> <code>')
    .description('prove a contact of mine with the code that a test brought')
    .action(async (slug: string, code: string) => {
      const contact = (await reachOf('me')).contacts.find((one) => one.slug === slug)
      if (!contact) throw new Refused(404, { detail: `You have no contact \`${plain(slug)}\`.` })
      const path = `/api/v1/contacts/${contact.id}/confirm`
      const confirmed = await call<ContactShown>(to(), 'POST', path, { code })
      print(confirmed, () => `${plain(confirmed.slug)} is proven.`)
    })

  program
    .command('try-me')
    .description('page me as at night over my whole chain, marked as a drill')
    .action(async () => {
      const acted = await call<{ sentence: string }>(to(), 'POST', '/api/v1/me/try', {})
      print(acted, () => 'You are being paged now. Answer it as you would at night.')
    })
}

function reachText(found: ReachShown): string {
  const rows = found.contacts.map((one) => [
    one.slug,
    one.kind,
    plain(one.address),
    one.disabledReason ? `off: ${one.disabledReason}` : one.verifiedAt ? 'proven' : 'not proven',
    one.testedAt?.slice(0, 10) ?? 'never',
  ])
  const plan = found.plan.high.map((one) => `${one.after} ${plain(one.contact)} (${one.kind})`)
  return [
    table(['CONTACT', 'CHANNEL', 'ADDRESS', 'STATE', 'LAST TEST'], rows),
    `A page: ${plan.join(', then ') || 'reaches nobody'}`,
    ...found.findings.map((one) => `- ${plain(one.sentence)}`),
  ].join('\n')
}
