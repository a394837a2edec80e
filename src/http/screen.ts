/**
 * The page screen for the phone: one question, two big buttons in the thumb's reach. Works without
 * a login (the link is signed), without JavaScript, on a bad network, and from a mail scanner: a
 * GET never acts. Whoever opens it again is told how it stands; a link is never "used up".
 */
import { escapeHtml, printable, truncate } from '../lib/text.ts'

export type ScreenFacts = {
  person: string
  title: string
  service: string | null
  severity: string
  since: string
  openCount: number
  details: readonly { name: string; value: string }[]
  runbook: string | null
  links: readonly { href: string; text: string }[]
  changes: readonly string[]
  /** "Ben is paged at 14:07": what happens if nobody answers. */
  next: string | null
  /** Set when there is nothing left to answer. */
  settled: string | null
  /** What the last button came to. */
  said: string | null
  canEscalate: boolean
  /** Who is paged by pressing escalate; null: nobody is left to name. */
  nextPeople: string | null
}

export const SCREEN_CSS = `:root{color-scheme:dark;--sev:#9aa4b5}*{box-sizing:border-box}main{display:contents}
body{margin:0;font:17px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;background:#11141a;color:#eef1f5;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;padding:20px max(20px,calc(50vw - 260px));font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.sev{font-weight:700;color:var(--sev)}.critical{--sev:#ff7a66}.error{--sev:#ffa05c}.warning{--sev:#f2c14e}.info{--sev:#9aa4b5}
h1{font-size:26px;line-height:1.2;margin:6px 0 12px;letter-spacing:-.01em;font-weight:650}
p{margin:0 0 8px;color:#b4bcc9}p.lead{color:#eef1f5}a{color:inherit;text-underline-offset:3px}dl{margin:8px 0;display:grid;grid-template-columns:auto 1fr;gap:2px 12px;font-size:15px;color:#b4bcc9}dt{color:#8b95a5}dd{margin:0}
.said{border:1px solid #3a4352;border-radius:10px;padding:12px 14px;color:#eef1f5;margin-bottom:14px}
form{margin-top:auto;padding-top:20px;display:grid;gap:12px}button{font-family:inherit;font-size:20px;font-weight:600;line-height:1.2;padding:20px;border-radius:14px;border:0;min-height:64px;width:100%;cursor:pointer}
.ack{background:#eef1f5;color:#11141a}.esc{background:#2a303b;color:#eef1f5}.more{display:flex;gap:8px;justify-content:center}.more button{background:none;color:#b4bcc9;font-size:16px;font-weight:400;padding:12px;min-height:48px;width:auto;text-decoration:underline dotted;text-underline-offset:5px}
button:focus-visible,a:focus-visible{outline:3px solid #7ab8ff;outline-offset:2px}`

export function screenHtml(facts: ScreenFacts): string {
  const e = (text: string, max = 500) => escapeHtml(truncate(printable(text), max))
  const title = facts.service === null ? facts.title : `${facts.service}: ${facts.title}`
  const severity = ['critical', 'error', 'warning', 'info'].includes(facts.severity)
    ? facts.severity
    : 'info'
  const word = severity.charAt(0).toUpperCase() + severity.slice(1)
  const more = facts.openCount > 1 ? `<p>${facts.openCount} alerts belong to it.</p>` : ''
  const details = facts.details
    .map(({ name, value }) => `<dt>${e(name, 60)}</dt><dd>${e(value, 200)}</dd>`)
    .join('')
  const links = [
    ...(facts.runbook === null ? [] : [{ href: facts.runbook, text: 'Runbook' }]),
    ...facts.links,
  ]
  const linked = links
    .map(
      (link) =>
        `<a href="${escapeHtml(link.href)}" rel="noreferrer noopener">${e(link.text, 60)}</a>`,
    )
    .join(' · ')
  return page(
    title,
    `<span class="sev ${severity}">${word} · since ${e(facts.since)}</span>
<h1>${e(title, 300)}</h1>
${facts.said === null ? '' : `<div class="said" role="status">${e(facts.said)}</div>`}
${more}${facts.changes.map((one) => `<p class="lead">${e(one, 200)}</p>`).join('')}
${details === '' ? '' : `<dl>${details}</dl>`}
${linked === '' ? '' : `<p>${linked}</p>`}
${facts.settled === null && facts.next !== null ? `<p>If you do nothing: ${e(facts.next)}</p>` : ''}
${facts.settled === null ? buttons(facts) : `<p class="lead">${e(facts.settled)}</p>`}`,
  )
}

const buttons = (facts: ScreenFacts): string => `<form method="post">
<button class="ack" name="do" value="acknowledge">I have it</button>
${facts.canEscalate ? `<button class="esc" name="do" value="escalate">${facts.nextPeople ? `Escalate to ${escapeHtml(truncate(printable(facts.nextPeople), 60))} now` : 'Escalate now'}</button>` : ''}
<div class="more"><button name="do" value="not-mine">Not mine</button><button name="do" value="snooze">Snooze 10 min</button></div>
</form>`

export const goneHtml = (): string =>
  page(
    'Not found',
    '<h1>There is no such page</h1><p>The link is incomplete, or it is more than a week old. Open the newest message you were sent.</p>',
  )

const page = (
  title: string,
  body: string,
): string => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">
<title>${escapeHtml(truncate(printable(title), 120))}</title><style>${SCREEN_CSS}</style></head><body><main>
${body}
</main></body></html>`
