import { PasswordInput, type PasswordInputProps } from '@mantine/core';

/** The shortest password that is taken. */
export const shortestPassword = 15;

export function passwordProblem(password: string): string | null {
  const length = Array.from(password).length;
  if (length >= shortestPassword) return null;
  return length === 0
    ? 'A password is needed.'
    : `${shortestPassword} characters or more; this has ${length}. A few words do well.`;
}

/** A field for a password that is being chosen. */
export function NewPassword(props: PasswordInputProps) {
  return (
    <PasswordInput
      label="Password"
      description={`${shortestPassword} characters or more; any characters. A few words do well.`}
      autoComplete="new-password"
      required
      withAsterisk={false}
      {...props}
    />
  );
}
