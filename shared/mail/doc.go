// Package mail writes and sends Ocim's mails. Each is plain text and HTML that loads and
// tracks nothing. They are delivered to an SMTP server or, on one machine, written to a
// folder of .eml files.
//
// Nothing that a user wrote can start a header, a paragraph or an HTML element.
package mail
