import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertStore;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.DERPrintableString;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.jscep.client.Client;
import org.jscep.client.EnrollmentResponse;
import org.jscep.client.verification.OptimisticCertificateVerifier;

/**
 * One device by jscep: `jscep-client.java URL SUBJECT CHALLENGE`. Enrols, polling while it waits; asks for its certificate and the CRL; renews with
 * another key. Says each step with what came, certificates and CRLs in base64; fails at the first that is refused.
 */
class JscepClient {
  static final KeyPairGenerator KEYS = keys();

  public static void main(String[] arguments) throws Exception {
    X500Name subject = new X500Name(arguments[1]);
    Client client =
        new Client(URI.create(arguments[0]).toURL(), new OptimisticCertificateVerifier());
    say("capabilities", client.getCaCapabilities().toString());
    for (var one : client.getCaCertificate().getCertificates(null)) say("ca", base64(one));

    KeyPair pair = KEYS.generateKeyPair();
    X509Certificate own = selfSigned(subject, pair);
    X509Certificate issued =
        awaited(client, own, pair, subject, request(subject, pair, arguments[2]));
    say("enrolled", base64(issued));

    CertStore asked = client.getCertificate(issued, pair.getPrivate(), issued.getSerialNumber());
    for (var one : asked.getCertificates(null)) say("found", base64(one));
    X509CRL crl =
        client.getRevocationList(
            issued, pair.getPrivate(), issued.getIssuerX500Principal(), issued.getSerialNumber());
    say("crl", Base64.getEncoder().encodeToString(crl.getEncoded()));

    KeyPair next = KEYS.generateKeyPair();
    X509Certificate renewed =
        awaited(client, issued, pair, subject, request(subject, next, ""));
    say("renewed", base64(renewed));
  }

  static X509Certificate awaited(
      Client client,
      X509Certificate signer,
      KeyPair pair,
      X500Name subject,
      PKCS10CertificationRequest request)
      throws Exception {
    EnrollmentResponse response = client.enrol(signer, pair.getPrivate(), request);
    for (int turn = 0; response.isPending() && turn < 100; turn += 1) {
      say("pending", response.getTransactionId().toString());
      Thread.sleep(300);
      response =
          client.poll(
              signer,
              pair.getPrivate(),
              new X500Principal(subject.getEncoded()),
              response.getTransactionId());
    }
    if (!response.isSuccess()) throw new IllegalStateException("refused: " + response.getFailInfo());
    for (var one : response.getCertStore().getCertificates(null))
      if (((X509Certificate) one).getBasicConstraints() < 0) return (X509Certificate) one;
    throw new IllegalStateException("no certificate in the answer");
  }

  static PKCS10CertificationRequest request(X500Name subject, KeyPair pair, String challenge)
      throws Exception {
    var builder = new JcaPKCS10CertificationRequestBuilder(subject, pair.getPublic());
    if (!challenge.isEmpty())
      builder.addAttribute(
          PKCSObjectIdentifiers.pkcs_9_at_challengePassword, new DERPrintableString(challenge));
    return builder.build(signer(pair));
  }

  static X509Certificate selfSigned(X500Name subject, KeyPair pair) throws Exception {
    long now = System.currentTimeMillis();
    var builder =
        new JcaX509v3CertificateBuilder(
            subject,
            BigInteger.ONE,
            new Date(now - 60_000),
            new Date(now + 3_600_000),
            subject,
            pair.getPublic());
    return new JcaX509CertificateConverter().getCertificate(builder.build(signer(pair)));
  }

  static ContentSigner signer(KeyPair pair) throws Exception {
    return new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate());
  }

  static KeyPairGenerator keys() {
    try {
      KeyPairGenerator made = KeyPairGenerator.getInstance("RSA");
      made.initialize(2048);
      return made;
    } catch (java.security.NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  static String base64(java.security.cert.Certificate one) throws Exception {
    return Base64.getEncoder().encodeToString(one.getEncoded());
  }

  static void say(String step, String what) {
    System.out.println(step + " " + what);
  }
}
