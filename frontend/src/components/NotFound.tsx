import { MissingPage } from './MissingPage';

/** An address without a page, for visitors who are logged in and for those who are not. */
export function NotFound() {
  return (
    <main>
      <MissingPage />
    </main>
  );
}
