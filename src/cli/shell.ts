import { stdin, stdout } from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { Connection } from './client.ts'

/** 0 done · 1 refused or nobody found · 2 wrong usage · 3 not signed in · 4 not found · 5 nothing answers. */
export const EXIT = { refused: 1, usage: 2, signIn: 3, notFound: 4, unreachable: 5 } as const

/** What a command needs: where to, how to print, how to end. */
export type Shell = {
  program: Command
  to(): Connection
  /** As JSON where that was asked for, else as the text. */
  print(value: unknown, text: () => string): void
  say(text: string): void
  isJson(): boolean
  /** The exit code, where it is not 0. */
  end(code: number): void
}

export async function confirm(question: string): Promise<boolean> {
  const prompt = createInterface({ input: stdin, output: stdout })
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim())
  } finally {
    prompt.close()
  }
}
