import type { Command } from "commander";
import { fileText } from "../access/policy-source.ts";
import { CommandError } from "../client.ts";
import { type CommandBuilder, collected, textOf, textsOf, type Words } from "../command-builder.ts";
import { imageArgument } from "../gates/gate-commands.ts";
import { imageWord } from "../gates/image-word.ts";
import { fieldsText } from "../table.ts";
import { signaturesText, signersText } from "./signing-texts.ts";

export function addSigningCommands(program: Command, builder: CommandBuilder): void {
  const signing = program.command("signing").description("signatures, and whose of them count");
  addSign(signing, builder);
  addVerify(signing, builder);
  addTrust(signing, builder);
  addSigners(signing, builder);
  addDistrust(signing, builder);
  addAuthority(signing, builder);
}

function addSign(signing: Command, builder: CommandBuilder): void {
  const sign = builder
    .command(signing, "sign", "sign an image with the registry's own key, as cosign signs")
    .argument(...imageArgument);
  builder.addServerOptions(sign).action(async (image: string, words: Words) => {
    const server = await builder.server(words);
    const told = await server.call("entrepot:SignImage", imageWord(image));
    const text = fieldsText([
      ["image", `${told.repositoryName}@${told.imageDigest}`],
      ["signature", told.signatureDigest],
    ]);
    builder.show(words, told, text);
  });
}

function addVerify(signing: Command, builder: CommandBuilder): void {
  const verify = builder
    .command(signing, "verify", "tell who signed an image; fails where nobody did who is trusted")
    .argument(...imageArgument)
    .option("--signer <name>", "one of these trusted signers; may be repeated", collected);
  builder.addServerOptions(verify).action(async (image: string, words: Words) => {
    const server = await builder.server(words);
    const told = await server.call("entrepot:DescribeImageSignatures", imageWord(image));
    const wanted = textsOf(words.signer);
    const isSigned = told.signatures.some(
      ({ signer, predicateType }) =>
        signer !== undefined &&
        predicateType === undefined &&
        (wanted.length === 0 || wanted.includes(signer)),
    );
    if (!isSigned) builder.exitCode = 1;
    const text = signaturesText(told, { isSigned, wanted }, builder.width);
    builder.show(words, { ...told, verified: isSigned }, text);
  });
}

function addTrust(signing: Command, builder: CommandBuilder): void {
  const trust = builder
    .command(signing, "trust", "trust a signer: a public key, or a certificate and what it signed")
    .argument("<name>", "what gates name it by")
    .argument("[file]", "public key or certificate in PEM")
    .option("--own <key>", "instead of a file, what this registry signs with: cosign or notation")
    .option("--repository <pattern>", "only in these repositories; may be repeated", collected)
    .option("--subject <part>", "of a certificate: CN=release; may be repeated", collected);
  builder
    .addServerOptions(trust)
    .action(async (name: string, file: string | undefined, words: Words) => {
      const server = await builder.server(words);
      const own = textOf(words.own);
      if ((file === undefined) === (own === undefined)) {
        throw new CommandError("name either a file or --own", 2);
      }
      const pem = file === undefined ? await ownPem(own ?? "") : await fileText(file);
      const told = await server.call("entrepot:PutTrustedSigner", {
        ...{ name, pem },
        ...{ repositories: textsOf(words.repository), subject: textsOf(words.subject) },
      });
      builder.show(words, told, signersText([told.signer], builder.width));

      async function ownPem(key: string): Promise<string> {
        const authority = await server.call("entrepot:GetSigningAuthority", {});
        if (key === "cosign") return authority.publicKey;
        if (key === "notation") return authority.certificate;
        throw new CommandError(`--own is cosign or notation, and not ${key}`, 2);
      }
    });
}

function addSigners(signing: Command, builder: CommandBuilder): void {
  const list = builder.command(signing, "signers", "tell whose signatures count");
  builder.addServerOptions(list).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:ListTrustedSigners", {});
    builder.show(words, told, signersText(told.signers, builder.width));
  });
}

function addDistrust(signing: Command, builder: CommandBuilder): void {
  const distrust = builder
    .command(signing, "distrust", "trust a signer no more")
    .argument("<name>", "name of the signer");
  builder.addServerOptions(distrust).action(async (name: string, words: Words) => {
    await (await builder.server(words)).call("entrepot:DeleteTrustedSigner", { name });
    builder.show(words, { name }, `${name} is trusted no more.`);
  });
}

function addAuthority(signing: Command, builder: CommandBuilder): void {
  const authority = builder.command(
    signing,
    "authority",
    "print what verifies this registry's signatures: certificate, then public key",
  );
  builder.addServerOptions(authority).action(async (words: Words) => {
    const told = await (await builder.server(words)).call("entrepot:GetSigningAuthority", {});
    builder.show(words, told, `${told.certificate}${told.publicKey.trimEnd()}`);
  });
}
