/** What belongs to codes wherever they are asked for: the picture, the field, the codes for when the app is lost. */
import type { EnrolmentShown } from '../../src/contract/sign-in.ts'
import { Copyable } from '../ui/more.tsx'
import { Field } from '../ui/parts.tsx'

export const CodeField = ({
  label,
  help,
  value,
  onChange,
}: {
  label: string
  help?: string
  value: string
  onChange: (value: string) => void
}) => (
  <Field
    label={label}
    help={help}
    name="code"
    autoComplete="one-time-code"
    autoCapitalize="off"
    spellCheck={false}
    autoFocus
    required
    maxLength={40}
    value={value}
    onChange={(event) => onChange(event.target.value)}
  />
)

export const EnrolmentPicture = ({ of }: { of: EnrolmentShown }) => (
  <div className="grid gap-3">
    <p>Read this with an authenticator app, or type the secret into it.</p>
    <img
      alt="QR code of the secret below"
      className="w-48 h-48 rounded-md bg-white"
      src={`data:image/svg+xml,${encodeURIComponent(of.picture)}`}
    />
    <Copyable label="Secret" text={of.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} />
  </div>
)

export const RecoveryCodes = ({ codes }: { codes: readonly string[] }) => (
  <div role="status" className="grid gap-2">
    <p>
      Keep these where you find them without your phone. Each lets you in once; they are not shown
      again.
    </p>
    <Copyable label="Recovery codes" text={codes.join('\n')} />
  </div>
)
