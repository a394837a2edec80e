/** Why the built-in PostgreSQL would not start, as a sentence that says what to do. */
import { Problem } from '../lib/problem.ts'

const SENTENCES: readonly [RegExp, string, (dataDir: string) => string][] = [
  [
    /No space left|ENOSPC|Disk quota exceeded|EDQUOT/,
    'diskFull',
    (dataDir) =>
      `The disk that holds ${dataDir} is full. Free some space and start again: nothing that was accepted is lost.`,
  ],
  [
    /EACCES|EPERM|Permission denied|wrong ownership|not permitted/,
    'noPermission',
    (dataDir) =>
      `Allclear may not use ${dataDir}. Give the directory and all that is in it to the account that runs Allclear, or choose another with ALLCLEAR_DATA.`,
  ],
  [
    /could not look up effective user ID|user does not exist/,
    'accountWithoutName',
    () =>
      'The account that runs Allclear has a number but no name on this machine, and PostgreSQL needs one. Add it to /etc/passwd, or set DATABASE_URL to a PostgreSQL of your own.',
  ],
  [
    /EROFS|Read-only file system/,
    'readOnly',
    (dataDir) =>
      `${dataDir} is on a read-only file system. Choose another directory with ALLCLEAR_DATA.`,
  ],
  [
    /ENOTDIR|EEXIST/,
    'notADirectory',
    (dataDir) => `${dataDir} is not a directory. Choose another with ALLCLEAR_DATA.`,
  ],
  [
    /incompatible with server|not compatible with this version|initialized by PostgreSQL version/,
    'dataOfAnotherVersion',
    (dataDir) =>
      `The data in ${dataDir}/pg belongs to another version of PostgreSQL. Start the release of Allclear that made it, take a backup, and restore that with this one.`,
  ],
  [
    /invalid page|checksum|could not locate a valid checkpoint|invalid checkpoint|PANIC|could not open file "(base|global|pg_)|control file|pg_control|missing or has incorrect/,
    'dataDamaged',
    (dataDir) =>
      `The data in ${dataDir}/pg is damaged. Keep a copy of the directory, and restore the newest backup into an empty one.`,
  ],
  [
    /could not map|could not create shared memory|Cannot allocate memory|ENOMEM|could not fork/,
    'noMemory',
    () => 'There is not enough memory to start PostgreSQL. Free some and start again.',
  ],
]

/** The cause goes to the log, never to a person. A Problem stays what it is. */
export function startProblem(cause: unknown, dataDir: string): Problem {
  if (cause instanceof Problem) return cause
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const text = `${code} ${cause instanceof Error ? cause.message : String(cause)}`
  const known = SENTENCES.find(([pattern]) => pattern.test(text))
  const [, reason, sentence] = known ?? ['', 'databaseWouldNotStart', WOULD_NOT_START]
  return new Problem('unavailable', reason, sentence(dataDir), { cause })
}

const WOULD_NOT_START = (dataDir: string): string =>
  `The built-in PostgreSQL in ${dataDir}/pg would not start. The log has its last words; DATABASE_URL makes Allclear use a PostgreSQL of your own instead.`
