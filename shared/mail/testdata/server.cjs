// An SMTP server for tests: node server.cjs <folder of smtp-server> <options as JSON>.
// Prints its port, then each mail it took as one line of JSON. Ends with its input.
process.stdin.on('end', () => process.exit()).resume();
const { SMTPServer } = require(process.argv[2]);
const { user, password, ...options } = JSON.parse(process.argv[3]);
const server = new SMTPServer({
  ...options,
  logger: false,
  disableReverseLookup: true,
  onAuth(auth, session, done) {
    const right = auth.username === user && auth.password === password && session.secure;
    done(right ? null : new Error('wrong password'), right ? { user } : undefined);
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      const { mailFrom, rcptTo } = session.envelope;
      console.log(
        JSON.stringify({
          from: mailFrom.address,
          to: rcptTo.map((r) => r.address),
          secure: session.secure,
          user: session.user ?? '',
          data: Buffer.concat(parts).toString('utf8'),
        }),
      );
      done();
    });
  },
});
server.listen(0, '127.0.0.1', () => console.log(server.server.address().port));
