"""Function words by language: dropped from the index, and what tells languages of one script apart.

Question words belong here too: they say nothing about a passage. Scripts without spaces have no list, since their
terms are grams and not words; what asks is cut out of their questions.
"""

import re
from functools import cache

_LISTS = {
    "en": """a about above after again against ain all also am an and any are aren as at be because been
        before being below between both but by can cannot could couldn did didn do does doesn doing
        don down during each either else ever few for from further had hadn has hasn have haven
        having he her here hers herself him himself his how however i if in into is isn it its
        itself just ll may me might more most much must mustn my myself neither no nor not now of
        off on once only or other our ours ourselves out over own per re s same shall she should
        shouldn since so some such t than that the their theirs them themselves then there these
        they this those though through thus to too under until up upon us ve very was wasn we were
        weren what when where whether which while who whom whose why will with within without would
        wouldn yet you your yours yourself yourselves""",
    "de": """aber alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist da dabei damit dann daran darauf daraus das dass
        dazu dein deine deinem deinen deiner dem den denn der deren des dessen dich die dies diese
        diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines einige
        einigen er es etwa etwas euch euer eure für gegen gewesen hab habe haben hat hatte hatten
        hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im in indem ins ist ja
        jede jedem jeden jeder jedes jene jener jetzt kann kein keine keinem keinen keiner können
        könnte man manche mehr mein meine meinem meinen meiner mich mir mit muss müssen nach nicht
        nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so
        soll sollte sondern sonst über um und uns unser unsere unter viel vom von vor wann war waren
        warum was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder
        wieviel viele will wir wird wo wohin wofür wodurch womit wurde wurden wäre während zu zum
        zur zwar zwischen""",
    "fr": """à afin ai aie ainsi alors après as au aucun aucune auquel aussi autre autres aux avaient
        avait avant avec avez avons ayant beaucoup bien c car ce ceci cela celle celles celui
        cependant ces cet cette ceux chaque chez ci comme comment d dans de depuis des donc dont du
        elle elles en encore entre es est et étaient était étant été être eu eux font fut furent ici
        il ils j je l la là laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui m
        ma mais même mêmes mes mon n ne ni nos notre nous on ont où ou par parce pas pendant peu
        peut peuvent plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa
        sans se selon sera ses si soit son sont sous sur t ta tandis te tes toi ton tous tout toute
        toutes très tu un une vers voici voilà vos votre vous y combien""",
    "es": """a al algo alguna algunas alguno algunos ante antes aquel aquella aquellas aquellos aquello
        así aún aunque cada como cómo con contra cual cuál cuáles cuales cuando cuándo cuanta cuánta
        cuantas cuántas cuanto cuánto cuantos cuántos de del desde donde dónde durante e el él ella
        ellas ellos en entre era eran eres es esa esas ese eso esos esta está estaba estaban estado
        están estar estas este esto estos fue fueron ha había habían han hasta hay he la las le les
        lo los más me mediante mi mí mientras mis misma mismas mismo mismos muy nada ni no nos
        nosotros o os otra otras otro otros para pero poco por porque pues qué que quien quién
        quienes quiénes se sea según ser si sí sido sin sino sobre sois somos son su sus suya suyo
        también tan tanto te tenía tiene tienen ti toda todas todo todos tras tu tú tus un una unas
        uno unos usted ustedes y ya yo""",
    "it": """a ad agli ai al alla alle allo altra altre altri altro anche ancora avere aveva avevano c
        che chi ci cioè coi col come con contro cui d da dagli dai dal dalla dalle dallo degli dei
        del della delle dello di dopo dove dovuto e è ed era erano essere fra fu furono gli ha hanno
        ho i il in io l la le lei li lo loro lui ma me mentre mi mia mie miei mio molto ne negli nei
        nel nella nelle nello né no noi nel non nostra nostri nostro o ogni oltre oppure per perché
        però più poi presso prima può qual quale quali quando quanta quante quanti quanto quasi
        quella quelle quelli quello questa queste questi questo qui quindi se secondo sei senza si
        sia siamo sono sopra sotto stata stati stato su sua sue sugli sui sul sulla sulle suo suoi
        tra tu tua tuo tutta tutte tutti tutto un una uno v vi voi cosa""",
    "pt": """a à ao aos aquela aquelas aquele aqueles aquilo as às até cada com como contra da das de
        dela delas dele deles desde depois do dos durante e é ela elas ele eles em enquanto entre
        era eram essa essas esse esses esta está estão estas estava este estes eu foi foram há isso
        isto já lhe lhes mais mas me mediante mesma mesmo meu meus minha minhas muito muitos na não
        nas nem no nos nós nossa nosso num numa o onde os ou outra outras outro outros para pela
        pelas pelo pelos per pode podem por porque porquê pois qual quais qualquer quando quanta
        quantas quanto quantos que quem são se seja sem ser seu seus si sido sob sobre sua suas só
        também tão tal tem têm ter tinha toda todas todo todos tu tua um uma umas uns você vocês""",
    "nl": """aan al alle als altijd ander andere ben bij daar dan dat de deze die dit doch doen door dus
        een eens en er ge geen geweest haar had hadden heb hebben heeft hem het hier hij hoe hoeveel
        hun iemand iets ik in is ja je jij jouw kan kon kunnen maar me meer men met mij mijn moet na
        naar niet niets nog nu of om omdat onder ons onze ook op over reeds te tegen toch toen tot
        tussen u uit uw van veel voor waar waarom wanneer want waren was wat we wel welk welke werd
        werden wezen wie wij wil wordt worden zal ze zelf zich zij zijn zo zonder zou""",
    "sv": """alla allt att av blev bli blir då där de dem den denna deras dess dessa det detta dig din
        dina ditt du efter ej eller en ett från för genom ha hade han hans har henne hennes hon
        honom hur i icke ingen inom inte jag ju kan kunde man med mellan men mig min mina mitt mot
        mycket många när någon något några ni nu och också om oss på så sedan sig sin sina sitt ska
        skulle som till under upp ut utan vad var vara varför varit varje vars vart vem vi vid vilka
        vilken vilket är än åt över""",
    "da": """af alle andet at blev blive bliver da de dem den denne der deres det dette dig din disse dog
        du efter eller en end er et for fra gennem ham han hans har havde hende hendes her hos hun
        hvad hvem hvilken hvilke hvilket hvis hvor hvordan hvorfor hvornår i ikke ind jeg jo kan
        kunne man mange med meget mellem men mig min mit mod ned nogle noget nu når og også om op os
        over på sig sin sit skal skulle som sådan så til ud under var ved vi vil ville vor været""",
    "no": """alle at av både ble bli blir da de deg dem den denne der dere deres det dette din disse du
        eller en enn er et ett etter for fordi fra før ha hadde han hans har hennes her hun hva hvem
        hver hvilken hvilke hvilket hvis hvor hvordan hvorfor i ikke inn ingen ja jeg kan kunne man
        mange med meg mellom men mer min mot mye må ned noe noen nå når og også om opp oss over på
        seg selv sin sine sitt skal skulle slik som så til ut uten var ved vi vil ville vært å""",
    "fi": """ei eivät että ehkä eli en ennen eri hän häneen hänelle hänen hänet he heidän heitä ilman
        itse ja jo joiden joita joka joko jolla jonka jos jossa josta jotka jota joten ja juuri
        kanssa kautta ken keitä keskellä kuin kuinka kuka kun kunnes lisäksi mihin mikä mikään miksi
        milloin missä mistä mitä mitkä mukaan mutta mutta myös myöhemmin me meidän minä minun ne
        niiden niin niitä noin nyt ole oleva olevan oli olisi olivat olla ollut on ovat paljon se
        sekä sen siellä siinä siitä sillä sitä sitten tai te tämä tämän tässä tästä tätä vaan vai
        vain vaikka voi voidaan yli""",
    "hu": """a abban ahhoz ahogy aki akik akkor alatt amely amelyek amelyet ami amikor annak arra az azok
        azon azonban aztán azt bár be belül benne csak de e ebben egy egyes egyik ehhez el ellen én
        erre és és ez ezek ezen ezért ezt fel felé ha hanem hogy hogyan hol hány ide így illetve
        ilyen is ismét itt ki kell kik közben között közül kívül le lehet lesz lett maga már meg
        mely melyik melyek mert mi miatt mikor milyen mint mivel most nagyon ne nekem néhány nem
        nincs ő ők olyan össze pedig s saját sem számára szerint szinte tehát több után utolsó úgy
        vagy valamint van vannak vissza volt voltak volna""",
    "ro": """a acea aceasta această aceea acei acel acela acele acest acesta aceste acestei acestor
        acestui aceștia acolo ai al ale alt alta alte altul am ar are as așa asta astfel asupra atât
        au avea avut ca că când care cărei căror cărui cât câte câți ce cei cel cele celor cine cînd
        conform cu cum cât dar de deci despre din dintre doar după ea ei el ele era erau este eu
        face fi fie fiind foarte fost i iar în împotriva înainte într între însă la le li lor lui
        mai mult multe mulți nici nu o or ori pe pentru peste prin sa sau să se si și sub sunt său
        sale săi te toate tot toți un una unde unei unele unii unor unui va vor de îi îl""",
    "pl": """a aby ale albo ani aż bardzo bez bo być był była było były będzie chyba ci co czy czyli dla
        dlaczego do gdy gdyż gdzie go i ich ile im innych inne iż ja jak jaka jaki jakie jakich jako
        je jeden jednak jego jej jest jestem jeśli jeżeli już każdy kiedy kim kto która które
        którego której który których którym którzy lub ma mają mi może można mu my na nad nam nas
        nie nich nim niż o od on ona one oni oraz po pod podczas ponieważ ponad poza przed przede
        przez przy roku są się sobie swoje ta tak także tam te tego tej ten też to tu tych tylko tym
        u w we wiele więc wszystko wtedy z za ze że""",
    "cs": """a aby aj ale ani asi až bez bude by byl byla byli bylo být co což či do ho i já jak jaká
        jaké jaký jako je jeho jej její jejich jen jenž ještě ji jich jimi jsem jsme jsou k kam kde
        kdo kdy když která které kterého který kteří kterou kolik ke ku ma má mají mezi mi mít mně
        moc mohou můj může my na nad nám nás ne nebo než nic nich o od on ona oni ono pak po pod
        podle pokud pouze pro proč proto protože před při s se si své svůj ta tak také takže tam te
        tedy ten tento této to tohoto tom toto tu tuto ty tyto u už v vám vás ve však z za zde že ze""",
    "tr": """acaba ama ancak arasında ayrıca az bana bazı belki ben beni benim bile bir biri birçok biz
        bize bizim bu buna bunu bunun burada çok çünkü da daha de defa değil diye dolayı en fakat
        gibi göre hangi hangisi hem hep hepsi her hiç için ile ise işte ki kadar kaç karşı kendi kez
        kim kime kimi kimin mı mi mu mü nasıl ne neden nedir nerede nereye niçin niye o olan olarak
        oldu olduğu olduğunu olması olup on ona onlar onların onu onun önce sadece siz son sonra şey
        şu tarafından tüm üzere üzerinde var ve veya ya yani yapılan yok zaman""",
    "vi": """bị bởi các cái cho có của cũng để đã đang đây đến đó do được gì hay khi không là lại làm mà
        mỗi một này nào nên nếu như những nó ở ra rằng rất sau sẽ số tại thì theo thế trên trong
        trước từ tới và vào vẫn về vì với vậy ai đâu sao bao nhiêu""",
    "id": """ada adalah agar akan aku anda antara apa apakah atau atas bagaimana bagi bahwa banyak
        beberapa belum berapa bisa bukan dalam dan dapat dari dengan di dia hanya harus ia ini itu
        jika juga kami kamu karena ke kepada ketika kita lagi lain lebih maka mana masih mengapa
        mereka namun oleh pada para saat saja sangat saya sebagai sebuah secara sedang sejak seorang
        seperti serta setelah siapa suatu sudah tanpa telah tentang tersebut tetapi tidak untuk yang
        yaitu""",
    "ca": """a al als amb aquell aquella aquest aquesta aquests així això bé cada com d dades de del dels
        des després donar durant e el ella elles ells els em en encara entre era eren es és essent
        està estan et fins foren fou ha han hi ho i ja l la les li llur lo més me mentre meu molt no
        nos nosaltres o on pel pels per però perquè però poc qual quan quants què que qui quin quina
        s sa se segons sense seu seva si sobre són sota també tan tant te tots tot tota tu un una
        unes uns va van""",
    "ru": """а без более больше будет будто бы был была были было быть в вам вас весь во вот все всё
        всего всех вы где да даже для до его ее её ей ему если есть еще ещё же за зачем и из или им
        ими их к как какая какие каким каких каков какого какой какую когда ко которая которого
        которое которой которые который которых кто куда ли либо лишь между меня мне много может
        можно мой моя мы на над надо нас не него нее неё ней нет ни них ничего но ну о об однако он
        она они оно от очень перед по под после потом потому почему при про раз с сам свою своего
        своей себе себя сейчас сколько со так также такой там те тем то того тоже той только том тот
        тут ты у уже хотя чего чей чем через что чтобы чье чьё эта эти этих это этого этой этом этот
        эту я""",
    "uk": """а або але був була були було бути в вже ви від він вона вони воно все всі де для до до його
        її їй йому є ж за з зі із і й інших їх їхній як яка який які яких якого якої якщо коли кому
        кого між мене мені ми може на над нам нас не неї нього ні о об однак перед під після по про
        при саме свою себе скільки та так також там те тим то тобто того тоді той тому у хто хоча
        цей це ця ці цього цієї через чи чим чому що щоб я""",
    "bg": """а аз ако ала без беше би бил била били било в вас ви все всеки всички във до докато друг е
        един една едно за защо защото и из или им има как каква какво какъв като кога когато кого
        който която което които колко къде към ли ме между мен ми много може на над най не него нея
        ни но нея о от от по под при преди през с са само се си след со така такава там те тези ти
        то това тогава този той тя у че чрез ще я""",
    "sr": """а али без би био била били било бити већ га где да до док за зашто због и из или им има их
        ја је један једна једно још јер када како као ко које који која којег којем којих код колико
        ли ме међу ми може на над нека није но о од он она они па по под пре преко при са сам само
        се себе си смо су сви све свој та тај так тако те ти то тога тој том у уз шта што""",
    "el": """αλλά αν αντί από αυτά αυτές αυτή αυτό αυτοί αυτός αυτού αυτών για γιατί δε δεν δηλαδή εάν
        είναι είχε είχαν έναν ένα ένας ενώ επί επειδή έχει έχουν έως η ή ήταν θα ίδια ίδιο ίδιος και
        κάθε κάποια κάποιο κατά κι λόγω με μετά μέχρι μέσω μη μην μια μία μόνο να ο οι όμως όπου
        όπως όσο όταν ότι ού πολύ ποια ποιά ποιες ποιο ποιό ποιοι ποιος ποιός ποιου ποιους που πού
        πότε πόσα πόσες πόσο πόσοι πριν προς πως πώς σαν σας σε στα στη στην στης στις στο στον
        στους συν τα τη την της τι τί τις το τον του τους τότε των υπό ως ώστε""",
    "ar": """أثناء إذا إذ إلى إلا أم أما أن إن أنا أنه أنها أو أي أية أين بعد بعض بل بين تحت تلك تم ثم
        حتى حول حيث خلال دون ذلك سوف ضد عام على عليه عليها عن عند عندما غير فإن في فقد فيه فيها قبل
        قد كان كانت كل كم كما كيف لا لأن لدى لقد لكن لم لماذا لن له لها لهم لو ليس ليست ما ماذا متى
        مثل مع من منذ منه منها مما هذا هذه هل هم هما هناك هو هي و وقد وكان وكانت ولا ولم وهو وهي يا
        يكون يمكن التي الذي الذين اللذان اللتان""",
    "fa": """آن آنها از است اگر این ای با باید بر برای بسیار به بود بودن بودند تا تر چرا چند چه چگونه چون
        خود دارد دارند در دو را سپس شد شدن شده شود کجا کدام کرد کردند کرده کند کنند که کی ما مانند
        می نیز نیست ها های هر هم همه و ولی وی یا یک""",
    "he": """אבל או אולי אותה אותו אותם אחר אחרי אחת אחד איזה איזו אילו אין איפה איך אל אלא אלה אלו אם
        אני אנחנו אף את אתה אתם באמצעות בגלל בה בו בין בכל בלי במה בן גם היא היה היו היום הוא הם הן
        הרבה זאת זה זו יותר יש כאשר כדי כי כך כל כמה כמו כן לא לאחר לה להיות להם לו לי לכן לפי לפני
        לתוך מאוד מאשר מדוע מה מהו מהי מי ממה ממנו מן מספר מתי נגד עד על עם עצמו פי רק רבים של שלה
        שלהם שלו שם תוך תחת""",
    "hi": """अपना अपनी अपने अब अभी आदि आप इत्यादि इन इनका इन्हें इस इसका इसकी इसके इसमें इसी इसे उन उनका
        उनकी उनके उन्हें उन्होंने उस उसका उसकी उसके उसने उसे एक एवं ऐसे और कई कब कर करता करते करना
        करने करें कहा कहाँ कहां का काफी कि कितना कितनी कितने किया किस किसका किसकी किसके किसने किसी
        किसे की कुछ कुल के को कोई कौन कौनसा कौनसी क्या क्यों गया गई गए जब जहाँ जा जाता जाती जाते
        जाने जिन जिस जिसका जिसकी जिसके जिसमें जिसे जैसे जो तक तब तरह तो था थी थे दिया दो दौरान
        द्वारा न नहीं ना ने पर पहले बहुत बाद भी मगर मे में यदि यह यहाँ या ये रहा रही रहे लिए लेकिन व
        वह वहाँ वाला वाली वाले वे सकता सकती सकते सब साथ से सभी हम ही हुआ हुई हुए है हैं हो होता होती
        होते होने""",
    "ne": """अनि अब आफू आफ्नो उनको उनले एक एउटा कति कसरी कहाँ कहिले का कि किन के को कुन गर्न गरे गरेको छ
        छन् छैन जब जस्तो जो तर तथा त्यो थियो थिए देखि न नै पछि पनि बाट भए भएको भन्ने भने मा म यस
        यसको यो र रहेको लाई ले वा सँग सबै साथै हुन हुने हो""",
}

_ASKING = {
    "zh": """为什么 什么时候 什么 多少 哪一个 哪个 哪些 哪里 哪儿 哪 谁 如何 怎么样 怎么 怎样 何时 何地
        為什麼 什麼 哪裡 誰 怎麼 吗 嗎 呢 的 是""",
    "ja": """なぜ どうして どのように どうやって どのような いつ どこ だれ 誰 どれ どの どんな どう 何 なに
        ですか ますか でしょうか""",
    "ko": """무엇을 무엇이 무엇 무슨 어떻게 어떤 어디에서 어디에 어디 언제 누구 누가 왜 얼마나 몇 어느 입니까
        습니까 인가요 인가""",
    "th": """อะไร ใคร เมื่อไร เมื่อใด ที่ไหน ทำไม อย่างไร เท่าไร
        เท่าใด กี่ ไหน คืออะไร""",
}

LANGUAGES = tuple(_LISTS)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the function words of an ISO 639-1 language; none for one that isn't known."""
    return frozenset(_LISTS.get(language, "").casefold().split())


@cache
def asking_words(language: str) -> re.Pattern[str] | None:
    """Return what finds the question words of a language without spaces, longest first; None for other languages."""
    words = sorted(_ASKING.get(language, "").split(), key=len, reverse=True)
    return re.compile("|".join(words)) if words else None
