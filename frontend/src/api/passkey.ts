import { api } from './client';
import type { PasskeyAnswer } from './types';
import * as texts from '@/texts/passkey';

/** Whether this browser knows passkeys, and in the form that the API speaks. */
export function knowsPasskeys(): boolean {
  return (
    typeof PublicKeyCredential !== 'undefined' &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function' &&
    typeof PublicKeyCredential.parseCreationOptionsFromJSON === 'function'
  );
}

/** Has the browser answer what it was asked. One message says why a person or a device did not. */
async function respond(ceremony: string, ask: () => Promise<Credential | null>): Promise<PasskeyAnswer> {
  let credential: Credential | null;
  try {
    credential = await ask();
  } catch (cause) {
    const known = cause instanceof DOMException && cause.name === 'InvalidStateError';
    throw new Error(known ? texts.thisDeviceHasOne : texts.noPasskeyUsed, { cause });
  }
  if (!(credential instanceof PublicKeyCredential)) throw new Error(texts.noPasskeyUsed);
  return { ceremony, response: credential.toJSON() as Record<string, unknown> };
}

/** Has the person use a passkey. */
export async function askForPasskey(): Promise<PasskeyAnswer> {
  const { ceremony, options } = await api.post('/auth/v1/passkeys/challenge');
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return respond(ceremony, () => navigator.credentials.get({ publicKey }));
}

/** Has the person create a passkey. */
export async function createPasskey(): Promise<PasskeyAnswer> {
  const { ceremony, options } = await api.post('/auth/v1/me/passkeys/challenge');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return respond(ceremony, () => navigator.credentials.create({ publicKey }));
}
