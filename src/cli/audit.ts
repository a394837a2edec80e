/** The audit: read, exported, and verified without a server. */
import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CommanderError } from 'commander'
import { type Head, readHead, writeHead } from '../audit/entry.ts'
import { type Verdict, verifyExport } from '../audit/verify.ts'
import type { AuditListShown } from '../contract/audit.ts'
import { call, Refused, send } from './client.ts'
import { plain, table } from './print.ts'
import { EXIT, type Shell } from './shell.ts'

export function auditCommands({ program, to, print, say, end }: Shell): void {
  const audit = program.command('audit').description('what was done, by whom')
  audit
    .command('list', { isDefault: true })
    .description('the newest entries')
    .option('--person <id>', 'by whom')
    .option('--object <id>', 'to what: an id, a slug, or a kind such as schedule')
    .option('--action <verb>', 'what was done')
    .option('--from <moment>', 'not before')
    .option('--to <moment>', 'not after')
    .option('--limit <count>', 'at most so many', '50')
    .action(async (options: Record<string, string>) => {
      const found = await call<AuditListShown>(
        to(),
        'GET',
        `/api/v1/audit?${new URLSearchParams(options)}`,
      )
      print(found, () =>
        table(
          ['', 'at', 'what', 'over'],
          found.entries.map((one) => [
            String(one.seq ?? ''),
            one.at.slice(0, 19).replace('T', ' '),
            plain(one.sentence),
            one.through ?? '',
          ]),
        ),
      )
    })
  audit
    .command('export <file>')
    .description('write the whole chain to a file')
    .action(async (file: string) => {
      const response = await send(to(), 'GET', '/api/v1/audit/export')
      if (!response.ok || !response.body)
        throw new Refused(response.status, (await response.json().catch(() => ({}))) as object)
      const draft = `${file}.partial`
      try {
        await pipeline(
          Readable.fromWeb(response.body as never),
          createWriteStream(draft, { mode: 0o600 }),
        )
        renameSync(draft, file)
      } catch (cause) {
        rmSync(draft, { force: true })
        throw cause
      }
      say(`Written: ${file}. Verify it anywhere: allclear audit verify ${file}`)
    })
  audit
    .command('verify <file>')
    .description('say whether an export is what was written; needs no server')
    .option('--head <seq:hash>', 'a head that was kept elsewhere; may be given again', collect, [])
    .option('--key <key>', 'the public key that has to have signed it')
    .action(async (file: string, options: { head: string[]; key?: string }) => {
      const verdict = await verifyFile(file, options)
      print(verdict.isWhole ? { ...verdict, head: writeHead(verdict.head) } : verdict, () =>
        wordsOf(verdict, options),
      )
      if (!verdict.isWhole) end(EXIT.refused)
    })
}

export async function verifyFile(
  file: string,
  options: { head?: readonly string[]; key?: string },
): Promise<Verdict> {
  const heads = (options.head ?? []).map((text): Head => {
    const head = readHead(text)
    if (!head)
      throw new CommanderError(EXIT.usage, 'usage', `\`${text}\` is not a head: write 1204:9f86d0…`)
    return head
  })
  const input = createReadStream(file)
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })
  // A stream that fails ends the lines without a word; the file would look cut off.
  const failed = new Promise<never>((_, refuse) => input.once('error', refuse))
  failed.catch(() => undefined)
  return Promise.race([verifyExport(lines, { heads, publicKey: options.key }), failed])
}

function wordsOf(verdict: Verdict, options: { head: readonly string[]; key?: string }): string {
  if (!verdict.isWhole) return `Not as it was written. ${verdict.sentence}`
  const lines = [
    `As it was written: ${verdict.entries} entries, ${verdict.days} signed days.`,
    `Head ${writeHead(verdict.head)}`,
    `Key  ${verdict.publicKey}`,
  ]
  for (const at of verdict.restoredAt)
    lines.push(
      `Restored from a backup at ${plain(at)}: what was done between the two is not in it.`,
    )
  if (options.head.length === 0 && options.key === undefined)
    lines.push(
      'Compare the key, or give a head that you kept (--head): a chain made anew fits itself.',
    )
  return lines.join('\n')
}

const collect = (value: string, before: string[]): string[] => [...before, value]
