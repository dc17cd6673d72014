"""Reports of failed mails (RFC 3464) as mail servers write them, and their signatures."""

import hmac
from datetime import datetime
from email.message import EmailMessage

BOUNCE_SECRET = "bobbins-and-thimbles-for-the-tests"

_REPORT = """\
From: MAILER-DAEMON@post.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4C9B.1234/post.example"

This is a MIME-encapsulated message.

--4C9B.1234/post.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--4C9B.1234/post.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; post.example
X-Postfix-Queue-ID: 4C9B

{recipients}

{returned}--4C9B.1234/post.example--
"""
_RECIPIENT = """\
Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 No such user"""
_RETURNED = """\
--4C9B.1234/post.example
Content-Description: Undelivered Message
Content-Type: {kind}

{content}
"""


def make_report(
    message: EmailMessage,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    recipient: str = "",
    to: str = "post@sewing.example",
    returned: str = "headers",
) -> bytes:
    """Return a report about a mail as Postfix writes it. `returned`: "headers", "mail" or nothing."""
    headers = "".join(f"{name}: {value}\n" for name, value in message.items())
    parts = {
        "headers": _RETURNED.format(kind="text/rfc822-headers", content=headers),
        "mail": _RETURNED.format(kind="message/rfc822", content=message.as_string()),
    }
    text = _REPORT.format(
        to=to,
        recipients=_RECIPIENT.format(
            recipient=recipient or message["To"], action=action, status=status
        ),
        returned=parts.get(returned, ""),
    )
    return text.encode()


def sign(body: bytes, at: datetime, secret: str = BOUNCE_SECRET) -> dict[str, str]:
    """Return the header with the signature of a body."""
    time = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), time.encode() + b"." + body, "sha256").hexdigest()
    return {"Dressform-Signature": f"t={time},v1={digest}", "Content-Type": "message/rfc822"}
