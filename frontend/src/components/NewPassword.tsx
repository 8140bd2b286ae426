import type { TextInputProps } from './ui/Field';
import { PasswordInput } from './ui/PasswordInput';
import * as texts from '@/texts/common';

/** The shortest password that is taken. */
export const shortestPassword = 15;

export function passwordProblem(password: string): string | null {
  const length = Array.from(password).length;
  if (length >= shortestPassword) return null;
  return length === 0 ? texts.enterAPassword : texts.useAtLeastCharactersThis(shortestPassword, length);
}

/** A field for a password that is being chosen. */
export function NewPassword(props: TextInputProps) {
  return (
    <PasswordInput
      label={texts.password}
      description={texts.atLeastCharactersAShort(shortestPassword)}
      autoComplete="new-password"
      required
      {...props}
    />
  );
}
