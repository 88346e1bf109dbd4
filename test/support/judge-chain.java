import java.io.FileInputStream;
import java.security.PublicKey;
import java.security.Security;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Judges with BouncyCastle: `judge-chain.java CRL LEAF ISSUER ... ROOT`, all DER. Each certificate must verify with the key of the next, the last
 * with its own, the CRL with the issuer's. Says the algorithm of every signature; fails at the first that is wrong.
 */
class JudgeChain {
  public static void main(String[] files) throws Exception {
    Security.addProvider(new BouncyCastleProvider());
    CertificateFactory factory = CertificateFactory.getInstance("X.509", "BC");
    List<X509Certificate> chain = new ArrayList<>();
    for (int at = 1; at < files.length; at++)
      try (FileInputStream in = new FileInputStream(files[at])) {
        chain.add((X509Certificate) factory.generateCertificate(in));
      }
    for (int at = 0; at < chain.size(); at++) {
      X509Certificate certificate = chain.get(at);
      PublicKey key = chain.get(Math.min(at + 1, chain.size() - 1)).getPublicKey();
      certificate.verify(key, "BC");
      System.out.println(certificate.getSigAlgName() + " by a key of " + key.getAlgorithm());
    }
    try (FileInputStream in = new FileInputStream(files[0])) {
      X509CRL crl = (X509CRL) factory.generateCRL(in);
      crl.verify(chain.get(1).getPublicKey(), "BC");
      System.out.println("CRL: " + crl.getSigAlgName());
    }
  }
}
