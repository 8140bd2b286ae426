import { MissingPage } from './MissingPage';

/** An address that no page has, for whoever comes by it: logged in or not. */
export function NotFound() {
  return (
    <main>
      <MissingPage />
    </main>
  );
}
